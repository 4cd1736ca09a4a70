"""The network's structure, parameter groups, checkpoints and precision."""

import resource
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from methods.errors import InputError
from methods.more.graph import GraphContextReasoning
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.more.weights import (
    convert_backbone,
    load_backbone,
    load_checkpoint,
    save_checkpoint,
)
from methods.torch_compat import define_missing_operators
from methods.vit import VisionTransformer, interpolate_positions

PAPER = NetworkSettings(
    patch_size=16,
    width=768,
    depth=12,
    heads=12,
    pretrained_size=224,
    registers=4,
    auxiliary_layer=-3,
    neighbour_ratio=0.5,
    decoder_width=512,
    decoder_dilation=5,
)
SMALL = replace(PAPER, width=16, depth=4, heads=2, pretrained_size=64, decoder_width=8)
CLASSES = 3


def small_model(seed: int = 0, settings: NetworkSettings = SMALL) -> MoRe:
    torch.manual_seed(seed)
    return MoRe(settings, CLASSES)


def small_images(height: int = 64, width: int = 64) -> Tensor:
    return torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(0))


def plain_vit() -> VisionTransformer:
    """A ViT with one token, of the sizes of `SMALL`."""
    torch.manual_seed(1)
    return VisionTransformer(
        patch_size=16, width=16, depth=4, heads=2, tokens=1, pretrained_size=64
    )


def equal_states(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(value, second[key]) for key, value in first.items()
    )


def published_shapes(classes: int) -> dict[str, tuple[int, ...]]:
    """Keys and shapes of the authors' checkpoints, without the wrapper's "module."."""
    tokens, width, hidden = classes + 4, 768, 3072

    def linear(name: str, outputs: int, inputs: int) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}

    def norm(name: str) -> dict[str, tuple[int, ...]]:
        return {f"{name}.weight": (width,), f"{name}.bias": (width,)}

    shapes: dict[str, tuple[int, ...]] = {
        "encoder.cls_token": (1, tokens, width),
        "encoder.pos_embed": (1, tokens + 196, width),
        "encoder.patch_embed.proj.weight": (width, 3, 16, 16),
        "encoder.patch_embed.proj.bias": (width,),
    }
    for block in (f"encoder.blocks.{index}" for index in range(12)):
        shapes |= norm(f"{block}.norm1") | norm(f"{block}.norm2")
        shapes |= linear(f"{block}.attn.qkv", 3 * width, width)
        shapes |= linear(f"{block}.attn.proj", width, width)
        shapes |= linear(f"{block}.mlp.fc1", hidden, width)
        shapes |= linear(f"{block}.mlp.fc2", width, hidden)
    shapes |= norm("encoder.norm") | linear("encoder.head", tokens, width)
    shapes |= {
        "decoder.conv6.weight": (512, width, 3, 3),
        "decoder.conv7.weight": (512, 512, 3, 3),
        "decoder.conv8.weight": (classes + 1, 512, 1, 1),
        "classifier.weight": (classes, width, 1, 1),
        "aux_classifier.weight": (classes, width, 1, 1),
    }
    for name in ("_fc1.0", "head_proj", "tail_proj", "linear1", "linear2"):
        shapes |= linear(f"graph_layer.{name}", width, width)
    return shapes | norm("graph_layer.norm")


class TestPublishedStructure:
    @pytest.mark.parametrize(
        ("classes", "values"), [(20, 94_746_648), (80, 95_007_828)], ids=["voc", "coco"]
    )
    def test_keys_and_shapes(self, classes: int, values: int) -> None:
        with torch.device("meta"):
            state = MoRe(PAPER, classes).state_dict()
        assert {key: tuple(value.shape) for key, value in state.items()} == published_shapes(
            classes
        )
        assert len(state) == 169
        assert sum(value.numel() for value in state.values()) == values

    def test_epsilons(self) -> None:
        with torch.device("meta"):
            model = MoRe(PAPER, 20)
        norms = [module for module in model.encoder.modules() if isinstance(module, nn.LayerNorm)]
        assert [norm.eps for norm in norms] == 25 * [1e-6]
        assert model.graph_layer.norm.eps == 1e-5

    def test_parameter_groups(self) -> None:
        with torch.device("meta"):
            model = MoRe(PAPER, 20)
        groups = model.parameter_groups()
        sizes = [sum(parameter.numel() for parameter in group) for group in groups]
        assert sizes == [85_814_040, 38_400, 30_720, 2_954_496, 5_908_992]
        grouped = [id(parameter) for group in groups for parameter in group]
        assert sorted(grouped) == sorted(id(parameter) for parameter in model.parameters())


class TestForward:
    @pytest.mark.parametrize(("size", "kept"), [((70, 70), True), ((64, 70), False)])
    def test_only_square_images_keep_the_position_table(
        self, size: tuple[int, int], kept: bool
    ) -> None:
        table = torch.randn(1, 2 + 16, 8, generator=torch.Generator().manual_seed(0))
        positions = interpolate_positions(table, 2, 16, size)
        assert positions.shape == table.shape
        assert torch.equal(positions[:, :2], table[:, :2])
        assert torch.equal(positions, table) == kept

    def test_shapes_of_an_image_that_is_no_multiple_of_the_patch(self) -> None:
        model, images = small_model(), small_images(50, 70)
        output = model(images)
        assert output.class_logits.shape == (2, CLASSES)
        assert output.auxiliary_logits.shape == (2, CLASSES)
        assert output.seg_logits.shape == (2, CLASSES + 1, 3, 4)
        assert output.feature_map.shape == (2, 16, 3, 4)
        assert output.class_tokens.shape == (2, CLASSES, 16)
        assert model.attention_maps(images).shape == (2, CLASSES, 3, 4)
        maps = model.forward_cams(images, with_lam=False)
        assert maps.cam.shape == maps.auxiliary_cam.shape == (2, CLASSES, 3, 4)
        assert maps.lam is None

    def test_class_logits_are_those_of_the_pooled_features(self) -> None:
        model = small_model()
        output = model(small_images())
        pooled = output.feature_map.flatten(2).max(-1).values
        expected = pooled @ model.classifier.weight.flatten(1).T
        torch.testing.assert_close(output.class_logits, expected)

    def test_train_and_eval_agree(self) -> None:
        model, images = small_model(), small_images()
        for trained, evaluated in zip(model.train()(images), model.eval()(images), strict=True):
            assert torch.equal(trained, evaluated)

    def test_everything_learns_but_what_the_method_never_applies(self) -> None:
        model = small_model()
        output = model(small_images())
        loss = torch.stack([value.square().mean() for value in output]).sum()
        torch.autograd.backward(loss)
        without = {name for name, value in model.named_parameters() if value.grad is None}
        assert without == {
            "encoder.head.weight",
            "encoder.head.bias",
            "graph_layer._fc1.0.weight",
            "graph_layer._fc1.0.bias",
        }

    def test_graph_leaves_patches_alone(self) -> None:
        model, images = small_model(), small_images()
        output = model(images)
        output.feature_map.retain_grad()
        output.class_tokens.square().sum().backward()
        assert output.feature_map.grad is None
        assert model.encoder.cls_token.grad is not None
        assert model.encoder.cls_token.grad.any()


class TestPrecision:
    def test_graph_is_float32_under_autocast(self) -> None:
        torch.manual_seed(0)
        graph = GraphContextReasoning(64, 0.5)
        tokens, patches = torch.randn(1, 6, 64), torch.randn(1, 9, 64)
        with torch.autocast("cpu", torch.bfloat16):
            found = graph(tokens, patches)
        assert found.dtype == torch.float32
        assert torch.equal(found, graph(tokens, patches))

    def test_bf16_reaches_the_encoder_alone(self) -> None:
        exact, images = small_model(), small_images()
        coarse = MoRe(SMALL, CLASSES, "bf16")
        coarse.load_state_dict(exact.state_dict())
        output = coarse(images)
        assert all(value.dtype == torch.float32 for value in output)
        assert not torch.equal(output.feature_map, exact(images).feature_map)
        assert torch.equal(output.seg_logits, coarse.decoder(output.feature_map))

    def test_autocast_around_the_network_changes_nothing(self) -> None:
        model, images = small_model(), small_images()
        with torch.autocast("cpu", torch.bfloat16):
            inside = model(images)
        for found, expected in zip(inside, model(images), strict=True):
            assert torch.equal(found, expected)


class TestCheckpoint:
    def test_round_trip(self, tmp_path: Path) -> None:
        path = tmp_path / "checkpoints" / "iteration_000001.pt"
        model, other = small_model(0), small_model(1)
        save_checkpoint(path, model)
        load_checkpoint(path, other)
        assert equal_states(other.state_dict(), model.state_dict())
        assert [file.name for file in path.parent.iterdir()] == [path.name]

    def test_equal_weights_give_equal_bytes(self, tmp_path: Path) -> None:
        model = small_model()
        save_checkpoint(tmp_path / "first.pt", model)
        save_checkpoint(tmp_path / "second.pt", model)
        assert (tmp_path / "first.pt").read_bytes() == (tmp_path / "second.pt").read_bytes()

    def test_failed_save_keeps_the_older_file(self, tmp_path: Path) -> None:
        path = tmp_path / "last.pt"
        save_checkpoint(path, small_model(0))
        older = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(older) // 2, hard))
        try:
            with pytest.raises(InputError, match=r"last\.pt"):
                save_checkpoint(path, small_model(1))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == older
        assert [file.name for file in tmp_path.iterdir()] == [path.name]

    def test_published_files_carry_the_wrappers_prefix(self, tmp_path: Path) -> None:
        model, other = small_model(0), small_model(1)
        state = {f"module.{key}": value for key, value in model.state_dict().items()}
        torch.save(state, tmp_path / "published.pth")
        load_checkpoint(tmp_path / "published.pth", other)
        assert equal_states(other.state_dict(), model.state_dict())

    def test_all_wrong_keys_in_one_message(self, tmp_path: Path) -> None:
        model = small_model()
        state = model.state_dict()
        del state["classifier.weight"], state["encoder.norm.bias"]
        state["projector.weight"] = torch.zeros(1)
        state["decoder.conv8.weight"] = torch.zeros(9, 8, 1, 1)
        torch.save(state, tmp_path / "other.pt")
        before = {key: value.clone() for key, value in model.state_dict().items()}
        with pytest.raises(InputError) as raised:
            load_checkpoint(tmp_path / "other.pt", model)
        message = str(raised.value)
        assert "other.pt" in message
        assert "2 missing keys (classifier.weight, encoder.norm.bias)" in message
        assert "1 unexpected key (projector.weight)" in message
        assert "1 wrongly shaped key (decoder.conv8.weight (9, 8, 1, 1) instead of" in message
        assert equal_states(model.state_dict(), before)

    def test_refuses_what_is_no_state_dict(self, tmp_path: Path) -> None:
        model = small_model()
        cut, nested = tmp_path / "cut.pt", tmp_path / "nested.pt"
        save_checkpoint(cut, model)
        cut.write_bytes(cut.read_bytes()[:1000])
        torch.save({"step": 1, "model_state_dict": model.state_dict()}, nested)
        text = tmp_path / "text.pt"
        text.write_text("no weights")
        for path in (cut, nested, text, tmp_path / "absent.pt"):
            with pytest.raises(InputError, match=path.name):
                load_checkpoint(path, model)

    def test_runs_no_code_of_a_file(self, tmp_path: Path) -> None:
        path, trace = tmp_path / "hostile.pt", tmp_path / "trace"
        torch.save({"weight": _Touch(trace)}, path)
        with pytest.raises(InputError, match=r"hostile\.pt"):
            load_checkpoint(path, small_model())
        assert not trace.exists()


class _Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


class TestBackbone:
    def test_conversion(self) -> None:
        plain = plain_vit().state_dict() | {"head.weight": torch.zeros(5, 16)}
        converted = convert_backbone(plain, SMALL, CLASSES, torch.Generator().manual_seed(3))
        tokens = SMALL.registers + CLASSES
        assert converted["cls_token"].shape == (1, tokens, 16)
        assert torch.equal(converted["cls_token"], plain["cls_token"].expand(1, tokens, 16))
        registers, rest = converted["pos_embed"].tensor_split((SMALL.registers,), dim=1)
        assert torch.equal(rest[:, :CLASSES], plain["pos_embed"][:, :1].expand(1, CLASSES, 16))
        assert torch.equal(rest[:, CLASSES:], plain["pos_embed"][:, 1:])
        assert registers.abs().max() <= 2
        assert 0.6 < registers.std() < 1.1
        assert "head.weight" not in converted
        for key in plain.keys() - {"cls_token", "pos_embed", "head.weight"}:
            assert torch.equal(converted[key], plain[key])

    def test_draw_depends_on_the_generator_alone(self) -> None:
        plain = plain_vit().state_dict()
        first, second, third = (
            convert_backbone(plain, SMALL, CLASSES, torch.Generator().manual_seed(seed))
            for seed in (3, 3, 4)
        )
        assert equal_states(first, second)
        assert not torch.equal(first["pos_embed"], third["pos_embed"])

    def test_loads_into_the_encoder_alone(self, tmp_path: Path) -> None:
        plain, model = plain_vit(), small_model()
        torch.save(plain.state_dict(), tmp_path / "vit.pt")
        before = {key: value.clone() for key, value in model.state_dict().items()}
        load_backbone(model, tmp_path / "vit.pt")
        after = model.state_dict()
        changed = {key for key in after if not torch.equal(after[key], before[key])}
        key = "blocks.0.mlp.fc1.weight"
        assert torch.equal(after[f"encoder.{key}"], plain.state_dict()[key])
        assert torch.equal(after["encoder.cls_token"][:, -1:], plain.cls_token)
        assert changed
        assert all(key.startswith("encoder.") for key in changed)
        assert not changed & {"encoder.head.weight", "encoder.head.bias"}

    def test_class_tokens_start_out_identical(self, tmp_path: Path) -> None:
        model = small_model()
        torch.save(plain_vit().state_dict(), tmp_path / "vit.pt")
        load_backbone(model, tmp_path / "vit.pt")
        tokens = model.encoder(small_images()).tokens[:, SMALL.registers :]
        torch.testing.assert_close(tokens, tokens[:, :1].expand_as(tokens))

    def test_refuses_a_network_of_other_sizes(self, tmp_path: Path) -> None:
        state = plain_vit().state_dict()
        state["pos_embed"] = torch.zeros(1, 10, 16)
        torch.save(state, tmp_path / "vit.pt")
        with pytest.raises(InputError, match=r"pos_embed \(1, 10, 16\) instead of \(1, 17, 16\)"):
            load_backbone(small_model(), tmp_path / "vit.pt")

    def test_refuses_a_backbone_with_missing_keys(self, tmp_path: Path) -> None:
        state = plain_vit().state_dict()
        del state["cls_token"]
        torch.save(state, tmp_path / "vit.pt")
        with pytest.raises(InputError, match=r"1 missing key \(cls_token\)"):
            load_backbone(small_model(), tmp_path / "vit.pt")


def test_operators_of_torchvision_may_be_asked_for_again() -> None:
    define_missing_operators()  # importing the network did it first
    assert hasattr(torch.ops.torchvision, "nms")
