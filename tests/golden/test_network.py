"""The network against the published program's numbers."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from methods.data.transforms import normalise
from methods.more.graph import GraphContextReasoning, similarity
from methods.more.network import LargeFOV, MoRe
from methods.more.weights import convert_backbone
from methods.vit import VitOutput, interpolate_positions
from tests.golden.golden import (
    TINY,
    golden,
    golden_tensors,
    load_recipe,
    random_array,
    recipe_weight,
    relative_error,
)

CLASSES = 20


class TestGraphContextReasoning:
    @pytest.fixture(params=["a", "b", "c"])
    def case(self, request: pytest.FixtureRequest) -> dict[str, Tensor]:
        prefix = f"{request.param}_"
        arrays = golden_tensors("gca").items()
        return {key.removeprefix(prefix): value for key, value in arrays if key.startswith(prefix)}

    @staticmethod
    def build(case: dict[str, Tensor]) -> GraphContextReasoning:
        width = case["cls_tokens"].shape[-1]
        graph = GraphContextReasoning(width, case["tok_ratio"].item())
        graph.load_state_dict(
            {key.removeprefix("w_"): value for key, value in case.items() if key.startswith("w_")}
        )
        return graph

    def test_neighbours(self, case: dict[str, Tensor]) -> None:
        graph = self.build(case)
        heads, tails = graph.project(case["cls_tokens"], case["feats"])
        logits = similarity(heads, tails)
        assert relative_error(logits, case["logit"]) < 1e-5
        count = int(graph.neighbour_ratio * heads.shape[1])
        assert count == case["topk"].item()
        values, indices = logits.topk(count)
        assert relative_error(values, case["topk_val"]) < 1e-5
        assert torch.equal(indices, case["topk_idx"])

    def test_output_and_gradients(self, case: dict[str, Tensor]) -> None:
        graph = self.build(case)
        tokens = case["cls_tokens"].requires_grad_()
        patches = case["feats"].requires_grad_()
        output = graph(tokens, patches)
        assert relative_error(output, case["out"]) < 1e-5
        (output * case["cotangent"]).sum().backward()
        assert relative_error(tokens.grad, case["grad_cls_tokens"]) < 1e-5
        assert patches.grad is None
        assert not case["grad_feats"].any()
        for name, parameter in graph.named_parameters():
            expected = case[f"gw_{name}"]
            if name.startswith("_fc1."):
                assert parameter.grad is None
                assert not expected.any()
            else:
                assert relative_error(parameter.grad, expected) < 1e-5, name

    def test_width_of_a_base_vit(self) -> None:
        data = golden("gca")
        graph = GraphContextReasoning(768, 0.5)
        load_recipe(graph, "gca_full.")
        tokens = torch.from_numpy(random_array(int(data["full_cls_seed"]), 1, CLASSES, 768))
        patches = torch.from_numpy(random_array(int(data["full_feat_seed"]), 1, 784, 768))
        with torch.no_grad():
            assert relative_error(graph(tokens, patches), data["full_out"]) < 1e-4


def test_decoder() -> None:
    data = golden_tensors("largefov")
    decoder = LargeFOV(32, 21, width=512, dilation=5)
    load_recipe(decoder, "decoder.")
    assert torch.equal(decoder.conv8.weight, data["conv8_weight"])
    assert torch.equal(decoder.conv6.weight[:2], data["conv6_weight_head"])
    assert torch.equal(decoder.conv7.weight[:2], data["conv7_weight_head"])
    x = data["x"].requires_grad_()
    output = decoder(x)
    assert relative_error(output, data["out"]) < 1e-5
    (output * data["cotangent"]).sum().backward()
    assert relative_error(x.grad, data["grad_x"]) < 1e-5


def test_positions() -> None:
    data = golden_tensors("pos_embed")
    table = data.pop("pos_embed")
    assert len(data) == 9
    for name, expected in data.items():
        height, width = map(int, name.removeprefix("pe_").split("x"))
        found = interpolate_positions(table, 24, 16, (height, width))
        assert relative_error(found, expected) < 1e-6, name


class TestConversion:
    """Golden data hold parts of the checkpoint; the rest is filled with values of our own."""

    @pytest.fixture
    def data(self) -> dict[str, Tensor]:
        return golden_tensors("reload")

    @pytest.fixture
    def plain(self, data: dict[str, Tensor]) -> dict[str, Tensor]:
        positions = torch.from_numpy(random_array(0, 1, 197, 768))
        positions[:, :1] = data["ckpt_pos_cls"]
        return {"cls_token": data["ckpt_cls"], "pos_embed": positions}

    @pytest.fixture
    def converted(self, data: dict[str, Tensor], plain: dict[str, Tensor]) -> dict[str, Tensor]:
        generator = torch.Generator().manual_seed(int(data["seed"]))
        return convert_backbone(plain, TINY, CLASSES, generator)

    def test_class_tokens(self, data: dict[str, Tensor], converted: dict[str, Tensor]) -> None:
        equal = (converted["cls_token"] == data["ckpt_cls"]).all(-1)[0]
        assert torch.equal(equal, data["cls_rows_equal"])

    def test_positions(
        self,
        data: dict[str, Tensor],
        plain: dict[str, Tensor],
        converted: dict[str, Tensor],
    ) -> None:
        positions = converted["pos_embed"]
        equal = (positions[:, :24] == data["ckpt_pos_cls"]).all(-1)[0]
        assert torch.equal(equal, data["pos_cls_rows_equal"])
        assert data["new_pos_patch_equal"]
        assert torch.equal(positions[:, 24:], plain["pos_embed"][:, 1:])

    def test_registers(self, data: dict[str, Tensor], converted: dict[str, Tensor]) -> None:
        registers = converted["pos_embed"][0, : TINY.registers]
        assert relative_error(registers, data["new_pos_reg"]) < 1e-6
        assert registers.std().item() == pytest.approx(data["new_pos_reg_std"].item(), rel=1e-5)
        assert registers.abs().max().item() == pytest.approx(data["new_pos_reg_absmax"].item())


@pytest.fixture(scope="module")
def tiny() -> dict[str, Tensor]:
    return golden_tensors("tiny_forward")


@pytest.fixture(scope="module")
def model() -> MoRe:
    stored = {key.removeprefix("w_"): value for key, value in golden("tiny_weights").items()}
    model = MoRe(TINY, CLASSES)
    weights = {}
    for key, value in model.state_dict().items():
        recipe = recipe_weight(key, tuple(value.shape))
        weight: np.ndarray[Any, Any] = stored.pop(key, recipe)
        assert np.array_equal(weight, recipe), key
        weights[key] = torch.from_numpy(weight)
    assert not stored
    model.load_state_dict(weights)
    return model


@pytest.fixture(scope="module")
def images(tiny: dict[str, Tensor]) -> Tensor:
    return torch.stack([normalise(image) for image in tiny["image_u8"].numpy()])


@pytest.fixture(scope="module")
def encoded(model: MoRe, images: Tensor) -> VitOutput:
    with torch.no_grad():
        output: VitOutput = model.encoder(images)
    return output


class TestTinyNetwork:
    def test_encoder(self, tiny: dict[str, Tensor], encoded: VitOutput) -> None:
        assert encoded.grid == (12, 12)
        tokens = encoded.tokens[:, TINY.registers :]
        assert relative_error(tokens, tiny["enc_cls_tokens"]) < 1e-5
        assert relative_error(tokens, tiny["nogcr_tokens"]) < 1e-5
        assert relative_error(encoded.patches, tiny["enc_patch"]) < 1e-5
        assert relative_error(encoded.auxiliary, tiny["enc_patch_aux"]) < 1e-5

    def test_forward(
        self, tiny: dict[str, Tensor], model: MoRe, images: Tensor, encoded: VitOutput
    ) -> None:
        with torch.no_grad():
            output = model(images)
        assert relative_error(output.class_logits, tiny["cls"]) < 1e-5
        assert relative_error(output.auxiliary_logits, tiny["cls_aux"]) < 1e-5
        assert relative_error(output.seg_logits, tiny["seg"]) < 1e-5
        assert relative_error(output.class_tokens, tiny["gcr_tokens"]) < 1e-5
        assert output.feature_map.shape == (2, 32, 12, 12)
        assert relative_error(output.feature_map.flatten(2).mT, encoded.patches) < 1e-5

    def test_maps(self, tiny: dict[str, Tensor], model: MoRe, images: Tensor) -> None:
        with torch.no_grad():
            output = model.forward_cams(images, with_lam=True)
        assert relative_error(output.cam, tiny["cam_raw"]) < 1e-5
        assert relative_error(output.auxiliary_cam, tiny["cam_aux_raw"]) < 1e-5
        patches = tiny["enc_patch"].reshape(2, 12, 12, 32)
        lam = torch.einsum("bhwd,bcd->bchw", patches, tiny["gcr_tokens"])
        assert output.lam is not None
        assert relative_error(output.lam, lam) < 1e-5

    def test_attention_of_the_last_block(
        self, tiny: dict[str, Tensor], model: MoRe, images: Tensor
    ) -> None:
        with torch.no_grad():
            logits = model.encoder.last_attention_logits(images)
            maps = model.attention_maps(images)
        rows = logits[0, 0, TINY.registers :, TINY.registers :]
        # Only token rows are ever formed; the published program also keeps the patch rows.
        assert relative_error(rows, tiny["enc_lastlogits_b0h0"][:CLASSES]) < 1e-5
        assert relative_error(maps, tiny["score_maps"]) < 1e-5

    def test_image_that_is_not_square(
        self, tiny: dict[str, Tensor], model: MoRe, images: Tensor
    ) -> None:
        resized = F.interpolate(images[:1], size=(144, 208), mode="bilinear", align_corners=False)
        with torch.no_grad():
            output = model(resized)
        assert relative_error(output.class_logits, tiny["ns_cls"]) < 1e-5
        assert relative_error(output.seg_logits, tiny["ns_seg"]) < 1e-5
        assert relative_error(output.class_tokens, tiny["ns_tokens"]) < 1e-5
