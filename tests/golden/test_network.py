"""The network against the published program's numbers."""

import re
from collections.abc import Mapping

import numpy as np
import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from methods.data.transforms import normalise
from methods.more.formulation import Formulation
from methods.more.graph import GraphCategoryRepresentation, scaled_products
from methods.more.network import LargeFOV, MoRe
from methods.more.settings import NetworkSettings
from methods.more.weights import convert_backbone
from methods.settings import build
from methods.vit import VitOutput, interpolate_positions
from tests.golden.golden import (
    REPOSITORY,
    TINY,
    GoldenArrays,
    golden,
    golden_folder,
    golden_tensors,
    load_recipe,
    random_array,
    recipe_weight,
    relative_error,
)

CLASSES = 20


class TestGraphCategoryRepresentation:
    @pytest.fixture(params=["a", "b", "c"])
    def case(self, request: pytest.FixtureRequest) -> GoldenArrays[Tensor]:
        return golden_tensors("gca").part(f"{request.param}_")

    @staticmethod
    def build(case: GoldenArrays[Tensor]) -> GraphCategoryRepresentation:
        width = case["cls_tokens"].shape[-1]
        graph = GraphCategoryRepresentation(width, case["tok_ratio"].item())
        graph.load_state_dict(dict(case.part("w_")))
        return graph

    def test_neighbours(self, case: GoldenArrays[Tensor]) -> None:
        graph = self.build(case)
        heads, tails = graph.project(case["cls_tokens"], case["feats"])
        logits = scaled_products(heads, tails)
        assert relative_error(logits, case["logit"]) < 1e-5
        count = graph.neighbours(heads.shape[1], case["feats"].shape[1])
        assert count == case["topk"].item()
        values, indices = logits.topk(count)
        assert relative_error(values, case["topk_val"]) < 1e-5
        assert torch.equal(indices, case["topk_idx"])

    def test_output_and_gradients(self, case: GoldenArrays[Tensor]) -> None:
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
        graph = GraphCategoryRepresentation(768, 0.5)
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
    resized = data.part("pe_")
    assert len(resized) == 9
    for name, expected in resized.items():
        height, width = map(int, name.split("x"))
        found = interpolate_positions(data["pos_embed"], 24, 16, (height, width))
        assert relative_error(found, expected) < 1e-6, name


class TestConversion:
    """Golden data hold parts of the checkpoint; the rest is filled with values of our own."""

    @pytest.fixture
    def data(self) -> Mapping[str, Tensor]:
        return golden_tensors("reload")

    @pytest.fixture
    def plain(self, data: Mapping[str, Tensor]) -> dict[str, Tensor]:
        positions = torch.from_numpy(random_array(0, 1, 197, 768))
        positions[:, :1] = data["ckpt_pos_cls"]
        positions[:, 1::16] = data["ckpt_pos_patch_sub"]
        return {"cls_token": data["ckpt_cls"], "pos_embed": positions}

    @pytest.fixture
    def converted(self, data: Mapping[str, Tensor], plain: dict[str, Tensor]) -> dict[str, Tensor]:
        torch.manual_seed(int(data["seed"]))
        return convert_backbone(plain, TINY, CLASSES)

    def test_class_tokens(self, data: Mapping[str, Tensor], converted: dict[str, Tensor]) -> None:
        equal = (converted["cls_token"] == data["ckpt_cls"]).all(-1)[0]
        assert torch.equal(equal, data["cls_rows_equal"])

    def test_positions(
        self,
        data: Mapping[str, Tensor],
        plain: dict[str, Tensor],
        converted: dict[str, Tensor],
    ) -> None:
        positions = converted["pos_embed"]
        equal = (positions[:, :24] == data["ckpt_pos_cls"]).all(-1)[0]
        assert torch.equal(equal, data["pos_cls_rows_equal"])
        assert data["new_pos_patch_equal"]
        assert torch.equal(positions[:, 24:], plain["pos_embed"][:, 1:])
        change = (positions[:, 24::16] - data["ckpt_pos_patch_sub"]).abs().max()
        assert change == data["new_pos_patch_maxdiff"]

    def test_registers(self, data: Mapping[str, Tensor], converted: dict[str, Tensor]) -> None:
        registers = converted["pos_embed"][0, : TINY.registers]
        assert relative_error(registers, data["new_pos_reg"]) < 1e-6
        assert registers.std().item() == pytest.approx(data["new_pos_reg_std"].item(), rel=1e-5)
        assert registers.abs().max().item() == pytest.approx(data["new_pos_reg_absmax"].item())


class TestKeyTable:
    """The table of keys and shapes of published checkpoints, which lies beside the golden data."""

    @pytest.fixture
    def parts(self) -> list[str]:
        """Its sections: VOC, what differs for COCO, remarks."""
        path = golden_folder().parents[1] / "specs" / "more_state_dict_keys.txt"
        if not path.is_file():
            pytest.skip(f"no table of keys: {path} does not exist")
        return path.read_text(encoding="utf-8").split("# ----")

    @staticmethod
    def shapes(text: str) -> dict[str, tuple[int, ...]]:
        lines = (line for line in text.splitlines() if not line.startswith("#"))
        found = re.findall(r"([a-z]\w*(?:\.\w+)+) +\((\d[\d,]*)\)", "\n".join(lines))
        return {key: tuple(int(n) for n in shape.split(",") if n) for key, shape in found}

    @pytest.mark.parametrize("classes", [20, 80], ids=["voc", "coco"])
    def test_keys_and_shapes(self, parts: list[str], classes: int) -> None:
        expected = self.shapes(parts[0])
        assert len(expected) == 169
        if classes == 80:
            changed = self.shapes(parts[1])
            assert len(changed) == 7
            expected |= changed
        experiment = REPOSITORY / "experiments" / "paper.yaml"
        run = yaml.safe_load(experiment.read_text(encoding="utf-8"))["runs"]["more"]
        with torch.device("meta"):
            model = MoRe(build(NetworkSettings, run["network"]), classes)
        found = {key: tuple(value.shape) for key, value in model.state_dict().items()}
        assert found == expected


@pytest.fixture(scope="module")
def tiny() -> Mapping[str, Tensor]:
    return golden_tensors("tiny_forward")


@pytest.fixture(scope="module")
def model() -> MoRe:
    stored = golden("tiny_weights").part("w_")
    model = MoRe(TINY, CLASSES)
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    # Two large kernels follow the recipe but are not stored.
    assert shapes.keys() - stored.keys() == {"decoder.conv6.weight", "decoder.conv7.weight"}
    assert not stored.keys() - shapes.keys()
    weights = {key: recipe_weight(key, shape) for key, shape in shapes.items()}
    for key, weight in stored.items():
        assert np.array_equal(weight, weights[key]), key
    model.load_state_dict({key: torch.from_numpy(value) for key, value in weights.items()})
    return model


@pytest.fixture(scope="module")
def images(tiny: Mapping[str, Tensor]) -> Tensor:
    return torch.stack([normalise(image) for image in tiny["image_u8"].numpy()])


@pytest.fixture(scope="module")
def encoded(model: MoRe, images: Tensor) -> VitOutput:
    with torch.no_grad():
        output: VitOutput = model.encoder(images)
    return output


class TestTinyNetwork:
    def test_encoder(self, tiny: Mapping[str, Tensor], encoded: VitOutput) -> None:
        assert encoded.grid == (12, 12)
        tokens = encoded.tokens[:, TINY.registers :]
        assert relative_error(tokens, tiny["enc_cls_tokens"]) < 1e-5
        assert relative_error(tokens, tiny["nogcr_tokens"]) < 1e-5
        assert relative_error(encoded.patches, tiny["enc_patch"]) < 1e-5
        assert relative_error(encoded.auxiliary, tiny["enc_patch_aux"]) < 1e-5

    def test_forward(
        self, tiny: Mapping[str, Tensor], model: MoRe, images: Tensor, encoded: VitOutput
    ) -> None:
        with torch.no_grad():
            output = model(images)
        assert relative_error(output.class_logits, tiny["cls"]) < 1e-5
        assert relative_error(output.auxiliary_logits, tiny["cls_aux"]) < 1e-5
        assert relative_error(output.seg_logits, tiny["seg"]) < 1e-5
        assert relative_error(output.class_tokens, tiny["gcr_tokens"]) < 1e-5
        assert output.feature_map.shape == (2, 32, 12, 12)
        assert relative_error(output.feature_map.flatten(2).mT, encoded.patches) < 1e-5
        assert relative_error(output.auxiliary_map.flatten(2).mT, tiny["enc_patch_aux"]) < 1e-5

    def test_maps(self, tiny: Mapping[str, Tensor], model: MoRe, images: Tensor) -> None:
        with torch.no_grad():
            output = model.forward_cams(images, with_lam=True)
        assert relative_error(output.cam, tiny["cam_raw"]) < 1e-5
        assert relative_error(output.auxiliary_cam, tiny["cam_aux_raw"]) < 1e-5
        patches = tiny["enc_patch"].reshape(2, 12, 12, 32)
        lam = torch.einsum("bhwd,bcd->bchw", patches, tiny["gcr_tokens"])
        assert output.lam is not None
        assert relative_error(output.lam, lam) < 1e-5

    def test_graph_switched_off(
        self, tiny: Mapping[str, Tensor], model: MoRe, images: Tensor
    ) -> None:
        plain = MoRe(TINY, CLASSES, Formulation(gcr="without"))
        plain.load_state_dict(model.state_dict())
        with torch.no_grad():
            assert relative_error(plain(images).class_tokens, tiny["nogcr_tokens"]) < 1e-5

    def test_attention_of_the_last_block(
        self, tiny: Mapping[str, Tensor], model: MoRe, images: Tensor
    ) -> None:
        projected: list[Tensor] = []
        qkv = model.get_submodule(f"encoder.blocks.{TINY.depth - 1}.attn.qkv")
        qkv.register_forward_hook(lambda module, inputs, output: projected.append(output))
        with torch.no_grad():
            model(images)
        heads = projected[0].unflatten(2, (3, TINY.heads, -1))  # B, T + N, 3, heads, D / heads
        queries, keys, _ = heads.unbind(2)
        products = torch.einsum("brhd,bnhd->bhrn", queries, keys)
        # Those of the class tokens; the published program drops the registers and scales later.
        rows = products[:, :, TINY.registers : model.encoder.num_tokens]
        expected = tiny["enc_lastlogits_b0h0"][:CLASSES]
        assert relative_error(rows[0, 0, :, TINY.registers :], expected) < 1e-5
        maps = rows[..., model.encoder.num_tokens :].sum(1).unflatten(2, (12, 12))
        assert relative_error(maps, tiny["score_maps"]) < 1e-5

    def test_image_that_is_not_square(
        self, tiny: Mapping[str, Tensor], model: MoRe, images: Tensor
    ) -> None:
        resized = F.interpolate(images[:1], size=(144, 208), mode="bilinear", align_corners=False)
        with torch.no_grad():
            output = model(resized)
        assert relative_error(output.class_logits, tiny["ns_cls"]) < 1e-5
        assert relative_error(output.seg_logits, tiny["ns_seg"]) < 1e-5
        assert relative_error(output.class_tokens, tiny["ns_tokens"]) < 1e-5
