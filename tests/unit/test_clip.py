"""CLIP out of files: OpenAI's archives, our own state dicts, and what is neither."""

import pickle
import re
import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from methods.errors import InputError
from methods.torch_compat import define_missing_operators
from methods.weights.clip import ClipTowers, load_clip, tokens
from methods.weights.clip_networks import build_clip
from methods.weights.clip_sizes import NAMED, PROMPT, clip_sizes
from methods.weights.state_dicts import save_state

define_missing_operators()

import open_clip  # noqa: E402

# OpenAI's layout, small; its heads are 64 wide.
VIT: dict[str, Any] = {
    "embed_dim": 16,
    "image_size": 64,
    "vision": {"layers": 2, "width": 64, "head_width": 64, "patch_size": 32},
    "text": {"layers": 1, "width": 64, "heads": 1},
    "quick_gelu": True,
}
RESNET: dict[str, Any] = {
    "embed_dim": 16,
    "image_size": 64,
    "vision": {"layers": [1, 1, 1, 1], "width": 4, "head_width": 32},
    "text": {"layers": 1, "width": 16, "heads": 2, "context_length": 16},
}


def small_clip(network: dict[str, Any], seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return build_clip(network)


def pixels(count: int = 3, side: int = 64) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def close(found: Tensor, expected: Tensor) -> bool:
    """Attention without gradients takes another path to the same numbers."""
    return torch.allclose(found, expected, rtol=1e-4, atol=1e-5)


class _Archived(nn.Module):
    """Weights by their names and a program, as OpenAI's archives hold them."""

    def forward(self, pixels: Tensor) -> Tensor:
        return pixels


def write_archive(path: Path, state: dict[str, Tensor]) -> None:
    """Write a TorchScript archive with this state dict."""
    root = _Archived()
    for key, value in state.items():
        *parents, name = key.split(".")
        module: nn.Module = root
        for parent in parents:
            if parent not in dict(module.named_children()):
                module.add_module(parent, nn.Module())
            module = module.get_submodule(parent)
        module.register_buffer(name, value)
    torch.jit.trace(root, torch.zeros(1)).save(str(path))


def openai_state(network: dict[str, Any]) -> dict[str, Tensor]:
    """A state dict of OpenAI's layout: half precision but in norms and embeddings, and sizes."""
    model = small_clip(network)
    open_clip.model.convert_weights_to_fp16(model)
    sizes = {
        "input_resolution": network["image_size"],
        "context_length": model.context_length,
        "vocab_size": model.vocab_size,
    }
    return dict(model.state_dict()) | {key: torch.tensor(value) for key, value in sizes.items()}


@pytest.fixture
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a server was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)


class TestFiles:
    @pytest.mark.parametrize("network", [VIT, RESNET])
    def test_own_state_dict(self, tmp_path: Path, network: dict[str, Any]) -> None:
        model = small_clip(network)
        model.train()
        model(pixels(), tokens(["a", "b", "c"], model.context_length))  # moves running statistics
        save_state(tmp_path / "clip.pt", model)
        towers = load_clip(tmp_path / "clip.pt", network)
        model.eval()
        assert close(towers.encode_image(pixels()), model.encode_image(pixels()))
        texts = tokens(["a photo of x.", "a photo of y."], model.context_length)
        found = towers.text_table(["x", "y"], PROMPT)
        assert close(found, model.encode_text(texts))

    def test_openais_archive(self, tmp_path: Path) -> None:
        """The same features as open_clip's own way with such an archive."""
        state = openai_state(VIT)
        assert state["visual.conv1.weight"].dtype == torch.float16
        write_archive(tmp_path / "ViT.pt", state)
        with pytest.raises(RuntimeError, match="TorchScript"):
            torch.load(tmp_path / "ViT.pt", weights_only=True)
        towers = load_clip(tmp_path / "ViT.pt", VIT)
        theirs = open_clip.load_openai_model(
            str(tmp_path / "ViT.pt"), precision="fp32", device="cpu"
        )
        assert close(towers.encode_image(pixels()), theirs.encode_image(pixels()))
        texts = open_clip.tokenize(["a background photo of Laysan_Albatross."])
        found = towers.text_table(["Laysan_Albatross"], "a background photo of {name}.")
        assert close(found, theirs.encode_text(texts))

    def test_a_program_in_an_archive_is_not_called(self, tmp_path: Path) -> None:
        """Its `forward` gives the pixels back, which are no features."""
        write_archive(tmp_path / "ViT.pt", openai_state(VIT))
        towers = load_clip(tmp_path / "ViT.pt", VIT)
        assert towers.encode_image(pixels()).shape == (3, 16)

    def test_another_network(self, tmp_path: Path) -> None:
        save_state(tmp_path / "own.pt", small_clip(RESNET))
        write_archive(tmp_path / "archive.pt", openai_state(VIT))
        for name, network in (("own.pt", VIT), ("archive.pt", RESNET)):
            with pytest.raises(InputError, match=rf"{name}: found \d+ missing keys \(.*; give the"):
                load_clip(tmp_path / name, network)

    def test_an_archive_of_something_else(self, tmp_path: Path) -> None:
        write_archive(tmp_path / "other.pt", {"layer.weight": torch.zeros(2)})
        with pytest.raises(InputError, match=r"other\.pt: found \d+ missing keys .*layer\.weight"):
            load_clip(tmp_path / "other.pt", RESNET)

    def test_broken_files(self, tmp_path: Path) -> None:
        write_archive(tmp_path / "whole.pt", openai_state(VIT))
        content = (tmp_path / "whole.pt").read_bytes()
        (tmp_path / "cut.pt").write_bytes(content[: len(content) // 2])
        (tmp_path / "damaged.pt").write_bytes(content.replace(b"__torch__", b"__porch__"))
        (tmp_path / "text.pt").write_text("no weights")
        with open(tmp_path / "pickle.pt", "wb") as stream:
            pickle.dump({"weights": print}, stream)
        for name in ("cut.pt", "damaged.pt", "text.pt", "pickle.pt", "absent.pt"):
            with pytest.raises(InputError, match=rf"{name}: found .*, expected .*; "):
                load_clip(tmp_path / name, VIT)


class TestTowers:
    def test_weights_are_constants_and_pixels_are_not(self) -> None:
        model = small_clip(RESNET)
        towers = ClipTowers(model.train())
        assert not model.training
        leaves = pixels().requires_grad_()
        towers.encode_image(leaves).sum().backward()
        assert leaves.grad is not None
        assert leaves.grad.abs().sum() > 0
        assert all(value.grad is None for value in model.parameters())

    def test_texts_can_be_multiplied_with_what_has_a_gradient(self) -> None:
        towers = ClipTowers(small_clip(RESNET))
        table = towers.text_table([f"class_{k}" for k in range(70)], PROMPT)
        assert table.shape == (70, 16)
        assert not table.requires_grad
        (table * torch.ones(16, requires_grad=True)).sum().backward()


class TestTokens:
    def test_are_those_of_clip_with_underscores(self) -> None:
        found = tokens(["a photo of Laysan_Albatross."], 77)
        assert torch.equal(found, open_clip.tokenize(["a photo of laysan_albatross."]))
        assert found.shape == (1, 77)
        assert (found[0, 0], found.max()) == (49406, 49407)
        assert not torch.equal(found, tokens(["a photo of Laysan Albatross."], 77))

    def test_nothing_is_cut_off(self) -> None:
        text = "a " * 75
        assert tokens([text], 77)[0, -1] == 49407
        with pytest.raises(
            InputError,
            match=r"^classes: found the prompt '(a )+' of 78 tokens, expected at most 77 tokens,"
            r" the length of CLIP's texts; shorten the name of the class\.$",
        ):
            tokens([text + "a "], 77)


@pytest.mark.usefixtures("_offline")
class TestNetworks:
    def test_the_published_one(self) -> None:
        with torch.device("meta"):
            model = build_clip({"model": "ViT-B-32-quickgelu"})
        assert sum(value.numel() for value in model.parameters()) == 151_277_313
        assert isinstance(model.transformer.resblocks[0].mlp[1], open_clip.transformer.QuickGELU)

    @pytest.mark.parametrize("name", NAMED)
    def test_those_of_openai_have_the_stated_sizes(self, name: str) -> None:
        config = open_clip.get_model_config(name)
        vision, sizes = config["vision_cfg"], NAMED[name]
        layers = vision["layers"]
        assert sizes == (
            vision["image_size"],
            layers if isinstance(layers, int) else tuple(layers),
            vision["width"],
            vision["patch_size"],
            config["text_cfg"]["context_length"],
        )
        assert config.get("quick_gelu", False) == name.endswith("-quickgelu")

    @pytest.mark.parametrize("network", [VIT, RESNET])
    def test_one_s_own_has_the_stated_sizes(self, network: dict[str, Any]) -> None:
        model, sizes = build_clip(network), clip_sizes(network)
        assert model.context_length == sizes.context_length
        assert model.visual.image_size in (sizes.image_size, 2 * (sizes.image_size,))
        if sizes.patch_size is not None:
            assert model.visual.conv1.kernel_size == (sizes.patch_size, sizes.patch_size)
            assert len(model.visual.transformer.resblocks) == sizes.layers
            assert model.visual.conv1.out_channels == sizes.width

    @pytest.mark.parametrize(
        "name",
        [
            "ViT-B-23",
            "hf-hub:timm/ViT-B-16-SigLIP",
            "local-dir:/tmp",
            "roberta-ViT-B-32",
            "convnext_base",
            "coca_ViT-B-32",
        ],
    )
    def test_one_that_is_not_openai_s_is_not_fetched(self, name: str) -> None:
        with pytest.raises(
            InputError, match=rf"^weights\.network\.model: found {re.escape(repr(name))}, expected"
        ):
            build_clip({"model": name})
