"""CDTR's network against the published program's numbers."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from methods.cdtr.deform import DeformableHead
from methods.cdtr.learned_weights import LearnedWeights
from methods.cdtr.network import CDTR, CdtrOutput, class_maps
from methods.cdtr.settings import NetworkSettings
from methods.cdtr.stimulation import ClassStimulation
from methods.data.transforms import normalise
from methods.vit import AttentionOutput
from tests.golden.golden import (
    GoldenArrays,
    golden_folder,
    golden_tensors,
    relative_error,
)
from tests.reference.deform import deform_conv2d

# The network that the recorded weights and maps belong to.
SMALL = NetworkSettings(
    patch_size=16,
    width=24,
    depth=12,
    heads=6,
    pretrained_size=224,
    csm_width=16,
    ocm_blocks=9,
    drop_path=0.0,
    mlp_ratio=2.0,
)
CLASSES = 7
GOLDEN = 1e-5
GRADIENT = 1e-4


def load_weights(module: nn.Module, data: GoldenArrays[Tensor]) -> None:
    module.load_state_dict(dict(data.part("w/")))


def worst_gradient(module: nn.Module, expected: GoldenArrays[Tensor]) -> float:
    found = {name: parameter.grad for name, parameter in module.named_parameters()}
    assert found.keys() == expected.keys()
    return max(relative_error(found[name], expected[name]) for name in found)


class TestStimulation:
    @pytest.fixture
    def data(self) -> GoldenArrays[Tensor]:
        return golden_tensors("01_csm_cnn", "cdtr")

    @pytest.fixture
    def network(self, data: GoldenArrays[Tensor]) -> ClassStimulation:
        network = ClassStimulation(72, 16, CLASSES)
        load_weights(network, data)
        return network

    def test_evaluation(self, data: GoldenArrays[Tensor], network: ClassStimulation) -> None:
        with torch.no_grad():
            assert relative_error(network.eval()(data["x"]), data["y_eval"]) < GOLDEN

    def test_training(self, data: GoldenArrays[Tensor], network: ClassStimulation) -> None:
        x = data["x"].requires_grad_()
        output = network(x)
        assert relative_error(output, data["y_train"]) < GOLDEN
        (output * data["gy"]).sum().backward()
        assert relative_error(x.grad, data["gx"]) < GRADIENT
        assert worst_gradient(network, data.part("gw/")) < GRADIENT
        after = data.part("after/")
        assert network.state_dict().keys() == after.keys()
        for key, value in network.state_dict().items():
            assert value.dtype == after[key].dtype
            assert relative_error(value, after[key]) < GOLDEN, key


class TestDeformableHead:
    @pytest.fixture
    def data(self) -> GoldenArrays[Tensor]:
        return golden_tensors("02_deform_head", "cdtr")

    @pytest.fixture
    def head(self, data: GoldenArrays[Tensor]) -> DeformableHead:
        head = DeformableHead(CLASSES)
        load_weights(head, data)
        return head

    def test_deformed_maps(self, data: GoldenArrays[Tensor], head: DeformableHead) -> None:
        with torch.no_grad():
            offsets = head.conv_offset(data["m_out_feat"] * data["m_ca"])
            maps = deform_conv2d(data["x"], offsets, head.deform_conv.weight)
        assert relative_error(offsets, data["offset"]) < GOLDEN
        assert relative_error(maps, data["deform_out"]) < GOLDEN
        assert relative_error(maps.mean(dim=(2, 3)), data["y"]) < GOLDEN

    def test_logits_and_gradients(self, data: GoldenArrays[Tensor], head: DeformableHead) -> None:
        x, maps, attention = (data[key].requires_grad_() for key in ("x", "m_out_feat", "m_ca"))
        logits = head(x, maps * attention)
        assert relative_error(logits, data["y"]) < GOLDEN
        (logits * data["gy"]).sum().backward()
        assert relative_error(x.grad, data["gx"]) < GRADIENT
        assert relative_error(maps.grad, data["g_feat"]) < GRADIENT
        assert relative_error(attention.grad, data["g_ca"]) < GRADIENT
        assert worst_gradient(head, data.part("gw/")) < GRADIENT


def test_learned_weights() -> None:
    data = golden_tensors("03_auto_weight", "cdtr")
    weights = LearnedWeights(5)
    losses = data["losses"].requires_grad_()
    assert relative_error(weights(losses), data["total_at_init"]) < GOLDEN
    weights.load_state_dict({"params": data["params"]})
    total = weights(losses)
    assert relative_error(total, data["total"]) < GOLDEN
    total.backward()
    assert relative_error(losses.grad, data["g_losses"]) < GRADIENT
    assert relative_error(weights.params.grad, data["g_params"]) < GRADIENT


@pytest.fixture(scope="module")
def data() -> GoldenArrays[Tensor]:
    return golden_tensors("05_cub_eval", "cdtr")


@pytest.fixture(scope="module")
def model(data: GoldenArrays[Tensor]) -> CDTR:
    model = CDTR(SMALL, CLASSES)
    load_weights(model, data)
    return model.eval()


@pytest.fixture(scope="module")
def images(data: GoldenArrays[Tensor]) -> Tensor:
    return torch.stack([normalise(image) for image in data["u8"].permute(0, 2, 3, 1).numpy()])


@pytest.fixture(scope="module")
def output(model: CDTR, images: Tensor) -> CdtrOutput:
    with torch.no_grad():
        output: CdtrOutput = model(images)
    return output


class TestSmallNetwork:
    def test_encoder(self, data: GoldenArrays[Tensor], model: CDTR, images: Tensor) -> None:
        with torch.no_grad():
            encoded: AttentionOutput = model.encode_with_attention(images)
        assert encoded.grid == (14, 14)
        assert relative_error(encoded.patches, data["patch_tokens"]) < GOLDEN
        rows = encoded.rows.transpose(0, 1)
        assert relative_error(rows, data["cls_attn_rows"]) < GOLDEN
        # The published program returns the heads and blocks of its rows under swapped names.
        mislabelled = encoded.rows.reshape(3, 6, 12, 14, 14).transpose(1, 2)
        assert relative_error(mislabelled, data["attn_all"]) < GOLDEN

    def test_outputs(self, data: GoldenArrays[Tensor], output: CdtrOutput) -> None:
        assert relative_error(output.logits, data["logits"]) < GOLDEN
        mean = (output.patch_maps + output.csm_maps) / 2
        assert relative_error(mean, data["feats"]) < GOLDEN
        assert relative_error(output.attention, data["attn_map"]) < GOLDEN
        assert relative_error(output.predicted_attention, data["pre_map"]) < GOLDEN

    def test_class_maps(self, data: GoldenArrays[Tensor], output: CdtrOutput) -> None:
        assert relative_error(class_maps(output), data["cams"]) < GOLDEN
        chosen = class_maps(output, torch.tensor([6, 0, 3]))
        expected = torch.stack([data["cams"][k, c] for k, c in enumerate((6, 0, 3))])
        assert relative_error(chosen, expected[:, None]) < GOLDEN


Row = tuple[str, tuple[int, ...], str, str, str]


class TestKeyTable:
    """The table of keys of the published program, which lies beside the golden data."""

    @pytest.fixture
    def tables(self) -> Mapping[str, list[Row]]:
        """Of CUB and ILSVRC: name, shape, dtype, kind and whether it decays."""
        path = golden_folder("cdtr").parents[1] / "specs" / "cdtr_state_dict_keys.txt"
        if not path.is_file():
            pytest.skip(f"no table of keys: {path} does not exist")
        tables: dict[str, list[Row]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if heading := re.match(r"# (\w+): \d+ entries", line):
                rows = tables.setdefault(heading[1], [])
            elif line and not line.startswith("#"):
                name, shape, dtype, kind, decays = line.split(" | ")
                sizes = tuple(int(size) for size in re.findall(r"\d+", shape))
                rows.append((name, sizes, dtype, kind, decays))
        return tables

    @pytest.mark.parametrize(
        ("table", "classes", "changes", "count", "values"),
        [
            ("CUB", 200, {}, 241, 23_321_578),
            ("ILSVRC", 1000, {"csm_width": 512, "ocm_blocks": 10}, 247, 52_237_979),
        ],
    )
    def test_keys_in_order(
        self,
        tables: Mapping[str, list[Row]],
        table: str,
        classes: int,
        changes: dict[str, Any],
        count: int,
        values: int,
    ) -> None:
        settings = published_settings(**changes)
        with torch.device("meta"):
            model = CDTR(settings, classes)
        decaying, still = ({id(p) for p in g["params"]} for g in model.parameter_groups(0.05))
        parameters = dict(model.named_parameters())
        found = []
        for name, value in model.state_dict().items():
            kind, decays = "buffer", "-"
            if name in parameters:
                kind = "parameter"
                decays = "yes" if id(parameters[name]) in decaying else "no"
                assert (id(parameters[name]) in still) == (decays == "no")
            dtype = str(value.dtype).removeprefix("torch.")
            found.append((name, tuple(value.shape), dtype, kind, decays))
        assert found == tables[table]
        assert len(found) == count
        assert sum(parameter.numel() for parameter in parameters.values()) == values


def published_settings(**changes: Any) -> NetworkSettings:
    values = {
        "patch_size": 16,
        "width": 384,
        "depth": 12,
        "heads": 6,
        "pretrained_size": 224,
        "csm_width": 16,
        "ocm_blocks": 9,
        "drop_path": 0.1,
    }
    return NetworkSettings(**(values | changes))
