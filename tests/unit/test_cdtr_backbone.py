"""A plain ViT's weights as a start of CDTR."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from methods.cdtr.formulation import Formulation
from methods.cdtr.weights import load_backbone
from methods.errors import InputError
from methods.vit import VisionTransformer
from methods.weights.pretraining import pretrain
from methods.weights.state_dicts import read_file
from tests.unit.small_cdtr import CLASSES, copy_of, saved, small_cdtr
from tests.unit.small_network import equal_states

DROPPED = Formulation(head_bias="dropped")


def plain_state(classes: int = CLASSES) -> dict[str, Tensor]:
    """Of a ViT of the sizes of `SMALL`, with a linear classifier."""
    torch.manual_seed(7)
    vit = VisionTransformer(patch_size=8, width=12, depth=3, heads=2, tokens=1, pretrained_size=32)
    head = {"head.weight": torch.randn(classes, 12), "head.bias": torch.randn(classes)}
    return vit.state_dict() | head


class TestBackbone:
    @pytest.mark.parametrize("nested", [False, True])
    @pytest.mark.parametrize(
        ("formulation", "classes", "kept"),
        [(Formulation(), CLASSES, True), (Formulation(), 9, False), (DROPPED, CLASSES, False)],
    )
    def test_start(
        self, tmp_path: Path, nested: bool, formulation: Formulation, classes: int, kept: bool
    ) -> None:
        plain, model = plain_state(classes), small_cdtr(formulation=formulation)
        before = copy_of(model)
        load_backbone(model, saved(tmp_path, {"model": plain} if nested else plain))
        taken = {"head.bias"} if kept else set()
        for key, value in model.state_dict().items():
            of_encoder = key in plain and not key.startswith("head.")
            expected = plain[key] if of_encoder or key in taken else before[key]
            assert torch.equal(value, expected), key
        assert not torch.equal(model.cls_token, before["cls_token"])

    def test_without_a_head(self, tmp_path: Path) -> None:
        plain = {k: v for k, v in plain_state().items() if not k.startswith("head.")}
        model = small_cdtr()
        bias = model.head.bias.clone()
        load_backbone(model, saved(tmp_path, plain))
        assert torch.equal(model.pos_embed, plain["pos_embed"])
        assert torch.equal(model.head.bias, bias)

    def test_backbone_of_this_pipeline(self, tmp_path: Path) -> None:
        pretrain(
            weights={
                "network": {
                    "patch_size": 8, "width": 12, "depth": 3, "heads": 2, "image_size": 32
                },
                "pretraining": {
                    "seed": 0, "scenes": 2, "iterations": 4, "batch_size": 2, "lr": 1e-3,
                    "weight_decay": 0.0, "warmup_iterations": 2, "precision": "fp32",
                },
            },
            name="vit",
            output=tmp_path / "vit.pt",
            card=tmp_path / "vit.json",
            device="cpu",
            threads=1,
        )  # fmt: skip
        model = small_cdtr()
        load_backbone(model, tmp_path / "vit.pt")
        content = read_file(tmp_path / "vit.pt")
        assert isinstance(content, dict)
        assert all(torch.equal(model.state_dict()[key], value) for key, value in content.items())

    def test_other_keys_are_refused_and_named(self, tmp_path: Path) -> None:
        plain, model = plain_state(), small_cdtr()
        del plain["blocks.2.norm1.bias"]
        plain["pos_embed"] = torch.zeros(1, 10, 12)
        plain |= {"dist_token": torch.zeros(1, 1, 12), "head_dist.weight": torch.zeros(2, 12)}
        before = copy_of(model)
        path = saved(tmp_path, {"model": plain})
        with pytest.raises(InputError) as raised:
            load_backbone(model, path)
        assert str(raised.value) == (
            f"{path}: found 1 missing key (blocks.2.norm1.bias), 2 unexpected keys (dist_token,"
            " head_dist.weight), 1 wrongly shaped key (pos_embed (1, 10, 12) instead of"
            " (1, 17, 12)), expected the 42 keys of the network; give weights of a plain ViT of"
            " the sizes in `network`."
        )
        assert equal_states(model.state_dict(), before)
