"""The objective of CDTR: its terms, their weights, and what a formulation changes."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from methods.cdtr.clip_guidance import ClipGuidance
from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.network import CDTR, CdtrOutput
from methods.cdtr.objective import TERMS, Objective
from methods.cdtr.settings import LossSettings
from tests.unit.small_cdtr import CLASSES, small_cdtr, small_images

LABELS = torch.tensor([3, 0])


def objective(formulation: Formulation = PROGRAM, **changes: Any) -> Objective:
    generator = torch.Generator().manual_seed(0)
    kernel = torch.randn(3, 6, generator=generator)
    tables = [torch.randn(CLASSES, 6, generator=generator).abs() for _ in range(2)]

    def encode(pixels: Tensor) -> Tensor:
        return (pixels.square().mean((2, 3)) @ kernel).abs() + 0.1

    settings = LossSettings(**({"clip": 2.4, "area_ratio": 0.25} | changes))
    return Objective(settings, formulation, ClipGuidance(encode, *tables, formulation))


def terms(formulation: Formulation = PROGRAM, **changes: Any) -> dict[str, float]:
    made = objective(formulation, **changes)(model(formulation), small_images(), LABELS)
    return {name: term.item() for name, term in made.items()}


def model(formulation: Formulation = PROGRAM) -> CDTR:
    return small_cdtr(formulation=formulation).train()


def test_the_total_weighs_the_terms() -> None:
    network = model()
    with torch.no_grad():
        network.AutomaticWeightedLoss.params.copy_(torch.tensor([1.0, 0.5, 2.0, 1.5, 0.8]))
    made = objective()(network, small_images(), LABELS)
    assert list(made) == [*TERMS, "total"]
    expected = 2.4 * made["clip"].item()
    for name, p in zip(("x", "att", "area", "map", "dnc"), (1.0, 0.5, 2.0, 1.5, 0.8), strict=True):
        expected += 0.5 / p**2 * made[name].item() + math.log(1 + p**2)
    assert made["total"].item() == pytest.approx(expected, rel=1e-6)
    assert [made[name].requires_grad for name in made] == [False] * 6 + [True]


def test_classification_terms_are_plain_cross_entropies() -> None:
    network, made = model(), terms()
    output: CdtrOutput = network(small_images())
    for name, logits in (
        ("x", output.logits),
        ("att", output.csm_logits),
        ("dnc", network.dnc_logits(output)),
    ):
        assert made[name] == pytest.approx(cross_entropy(logits, LABELS).item(), rel=1e-6)


@pytest.mark.parametrize(
    ("switch", "value", "changed"),
    [
        ("prompt", "label", {"clip"}),
        ("clip_normalisation", "clip", {"clip"}),
        ("object_map", "normalised", {"clip"}),
        ("sba_mask", "figure", {"clip"}),
        ("loss_map", "matched", {"map"}),
        ("loss_area", "averaged", {"area"}),
        ("ski", "figure", {"dnc"}),
    ],
)
def test_a_switch_changes_its_own_term(switch: str, value: str, changed: set[str]) -> None:
    before, after = terms(), terms(Formulation(**{switch: value}))
    assert {name for name in TERMS if before[name] != after[name]} == changed


def test_the_settings_change_what_they_name() -> None:
    before, weaker, wider = terms(), terms(clip=1.0), terms(area_ratio=0.5)
    assert before["total"] - weaker["total"] == pytest.approx(1.4 * before["clip"], rel=1e-5)
    assert {name: before[name] for name in TERMS} == {name: weaker[name] for name in TERMS}
    assert wider["area"] > before["area"]


def test_autocast_around_it_changes_nothing() -> None:
    expected = terms()
    with torch.autocast("cpu", torch.bfloat16):
        assert terms() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("field", "surfaces"),
    [
        ("patch_maps", {"x", "clip"}),
        ("csm_maps", {"att", "dnc", "clip"}),
        ("attention", {"area", "map", "clip"}),
        ("predicted_attention", {"map"}),
    ],
)
def test_what_is_not_finite_surfaces(field: str, surfaces: set[str]) -> None:
    network = model()
    output: CdtrOutput = network(small_images())
    broken = output._replace(**{field: torch.full_like(getattr(output, field), math.nan)})
    made = objective().terms(network, broken, small_images(), LABELS)
    assert surfaces <= {name for name, term in made.items() if not term.isfinite()}


def test_every_parameter_gets_a_gradient() -> None:
    network = model()
    objective()(network, small_images(), LABELS)["total"].backward()
    assert all(value.grad is not None for value in network.parameters())
