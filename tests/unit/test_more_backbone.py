"""A plain ViT's weights as a start of the encoder."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from methods.errors import InputError
from methods.more.weights import convert_backbone, load_backbone
from methods.vit import VisionTransformer
from tests.unit.small_network import CLASSES, SMALL, equal_states, small_model


def plain_vit() -> VisionTransformer:
    """A ViT with one token, of the sizes of `SMALL`."""
    torch.manual_seed(1)
    return VisionTransformer(
        patch_size=16, width=16, depth=4, heads=2, tokens=1, pretrained_size=64
    )


class TestBackbone:
    def test_conversion(self) -> None:
        plain = plain_vit().state_dict() | {"head.weight": torch.zeros(5, 16)}
        torch.manual_seed(3)
        converted = convert_backbone(plain, SMALL, CLASSES)
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

    def test_draw_depends_on_the_seed_alone(self) -> None:
        plain = plain_vit().state_dict()

        def converted(seed: int) -> dict[str, Tensor]:
            torch.manual_seed(seed)
            return convert_backbone(plain, SMALL, CLASSES)

        first, second, third = map(converted, (3, 3, 4))
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
        tokens = model.encoder(torch.randn(2, 3, 64, 64)).tokens[:, SMALL.registers :]
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
