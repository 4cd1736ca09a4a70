"""A training pass of CDTR against the published program's numbers."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from methods.cdtr.clip_guidance import ClipGuidance
from methods.cdtr.formulation import PROGRAM
from methods.cdtr.losses import loss_area
from methods.cdtr.network import CDTR, CdtrOutput
from methods.cdtr.object_map import object_map
from methods.cdtr.objective import TERMS, Objective
from methods.cdtr.settings import LossSettings, NetworkSettings
from methods.data.transforms import normalise
from tests.golden.cdtr_stub import StubTowers
from tests.golden.golden import GoldenArrays, golden, golden_tensors, relative_error

VALUE = 1e-5
GRADIENT = 1e-4
# The network that the recorded weights and losses belong to, and the published constants.
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
LOSSES = LossSettings(clip=2.4, area_ratio=0.25)
RECORDED = ("x", "att", "area", "map", "clip", "dnc")  # another order than that of `TERMS`


@dataclass
class Pass:
    """A training pass with its parts."""

    model: CDTR
    images: Tensor
    labels: Tensor
    output: CdtrOutput
    guidance: ClipGuidance
    objective: Objective


@pytest.fixture(scope="module")
def data() -> GoldenArrays[Tensor]:
    return golden_tensors("06_cub_train_loss_grad", "cdtr")


@pytest.fixture
def made(data: GoldenArrays[Tensor]) -> Pass:
    inputs = golden_tensors("05_cub_eval", "cdtr")
    model = CDTR(SMALL, 7)
    model.load_state_dict(dict(inputs.part("w/")))
    images = torch.stack([normalise(image) for image in inputs["u8"].permute(0, 2, 3, 1).numpy()])
    towers = StubTowers()
    table = towers.text_table(golden("04_clip", "cdtr")["prompts"].tolist(), "{name}")
    guidance = ClipGuidance(towers.encode_image, table, table, PROGRAM)
    objective = Objective(LOSSES, PROGRAM, guidance)
    model.train()
    return Pass(model, images, data["targets"], model(images), guidance, objective)


def test_outputs(data: GoldenArrays[Tensor], made: Pass) -> None:
    output = made.output
    assert relative_error(output.logits, data["logits"]) < VALUE
    assert relative_error(output.csm_logits, data["attn_logits"]) < VALUE
    assert relative_error(made.model.dnc_logits(output), data["dnc_logits"]) < VALUE
    assert relative_error(output.predicted_attention, data["pre_map"]) < VALUE
    assert relative_error(output.attention, data["attn_map"]) < VALUE


def test_guidance(data: GoldenArrays[Tensor], made: Pass) -> None:
    maps = object_map(made.output, made.labels, PROGRAM)
    assert relative_error(maps, data["object_map"]) < VALUE
    foreground, background = made.guidance.similarities(made.images, maps, made.labels)
    assert relative_error(foreground[:, None, None], data["fg_sim"]) < VALUE
    assert relative_error(background[:, None, None], data["bg_sim"]) < VALUE


def test_suppressed_attention(data: GoldenArrays[Tensor]) -> None:
    """The gradient of loss_area marks the values that the published program keeps."""
    attention = data["attn_map"].requires_grad_()
    loss_area(attention, LOSSES.area_ratio, PROGRAM).backward()
    assert attention.grad is not None
    kept = attention.grad * 196 * attention.detach()
    assert relative_error(kept, data["attn_map_masked"]) < VALUE


def test_losses_and_gradients(data: GoldenArrays[Tensor], made: Pass) -> None:
    model = made.model
    before = golden_tensors("05_cub_eval", "cdtr").part("w/")
    model.load_state_dict(dict(before))  # the running statistics anew
    terms = made.objective(model, made.images, made.labels)
    assert set(RECORDED) == set(TERMS)
    for name, expected in zip(RECORDED, data["losses"], strict=True):
        assert relative_error(terms[name], expected) < VALUE, name
    learned = terms["total"] - LOSSES.clip * terms["clip"]
    assert relative_error(learned, data["awl_sum"]) < VALUE
    assert relative_error(terms["total"], data["total"]) < VALUE

    terms["total"].backward()
    gradients = data.part("gw/")
    parameters = dict(model.named_parameters())
    assert gradients.keys() == parameters.keys()
    for name, parameter in parameters.items():
        assert relative_error(parameter.grad, gradients[name]) < GRADIENT, name
    state = model.state_dict()
    for name, expected in data.part("after/").items():
        assert relative_error(state[name], expected) < VALUE, name


@pytest.mark.parametrize("term", TERMS)
def test_gradients_of_a_single_loss(made: Pass, term: str) -> None:
    recorded = golden_tensors("07_cub_per_loss_grad", "cdtr").part(f"g_{term}/")
    terms = made.objective.terms(made.model, made.output, made.images, made.labels)
    parameters = dict(made.model.named_parameters())
    chosen = [parameters[name] for name in recorded]
    found = torch.autograd.grad(terms[term], chosen, allow_unused=True)
    assert len(found) == 7
    for (name, expected), gradient in zip(recorded.items(), found, strict=True):
        if gradient is None:
            assert not expected.any(), name
        else:
            assert relative_error(gradient, expected) < GRADIENT, name
