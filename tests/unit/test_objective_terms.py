"""The objective: its terms' weighted sum, and a decoder that waits."""

import dataclasses
import math
from pathlib import Path

import pytest
import torch
import yaml
from torch import Tensor

from methods.more.formulation import PROGRAM
from methods.more.network import MoRe
from methods.more.objective import TERMS, Objective
from methods.more.settings import NetworkSettings, TrainingSettings
from methods.settings import build


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


@pytest.fixture
def settings() -> TrainingSettings:
    experiment = Path(__file__).parents[2] / "experiments" / "mini.yaml"
    run = yaml.safe_load(experiment.read_text(encoding="utf-8"))["runs"]["more"]
    return build(TrainingSettings, run["training"])


@pytest.fixture
def model() -> MoRe:
    network = NetworkSettings(
        patch_size=8,
        width=16,
        depth=3,
        heads=2,
        pretrained_size=48,
        registers=2,
        auxiliary_layer=-3,
        neighbour_ratio=0.5,
        decoder_width=8,
        decoder_dilation=2,
    )
    return MoRe(network, 4)


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 48, 48)


@pytest.fixture
def labels() -> Tensor:
    return torch.tensor([[1, 0, 0, 1], [0, 1, 0, 0]], dtype=torch.uint8)


def test_total_is_the_weighted_sum(
    settings: TrainingSettings, model: MoRe, images: Tensor, labels: Tensor
) -> None:
    objective = Objective(settings, PROGRAM)
    terms = objective(model, images, labels, n_iter=settings.losses.seg_start + 1)
    assert tuple(terms) == (*TERMS, "total")
    assert all(term.shape == () and term.dtype == torch.float32 for term in terms.values())
    weights = objective.weights(settings.losses.seg_start + 1)
    expected = math.fsum(weights[name] * terms[name].item() for name in TERMS)
    assert terms["total"].item() == pytest.approx(expected, rel=1e-5)
    assert terms["seg"] > 0
    assert terms["reg"] < 0


def test_decoder_waits_with_zero_gradients(
    settings: TrainingSettings, model: MoRe, images: Tensor, labels: Tensor
) -> None:
    terms = Objective(settings, PROGRAM)(model, images, labels, n_iter=settings.losses.seg_start)
    assert terms["seg"] == terms["reg"] == 0
    terms["total"].backward()
    for name, parameter in model.decoder.named_parameters():
        assert parameter.grad is not None, name
        assert not parameter.grad.any(), name
    assert model.classifier.weight.grad is not None
    assert model.classifier.weight.grad.any()


def test_waiting_decoder_that_is_not_finite_is_noticed(
    settings: TrainingSettings, model: MoRe, images: Tensor, labels: Tensor
) -> None:
    torch.nn.init.constant_(model.decoder.conv8.weight, math.inf)
    terms = Objective(settings, PROGRAM)(model, images, labels, n_iter=0)
    assert terms["seg"].isnan()
    assert terms["total"].isnan()
    assert terms["cls"].isfinite()


def test_term_switched_off_for_good(
    settings: TrainingSettings, model: MoRe, images: Tensor, labels: Tensor
) -> None:
    losses = dataclasses.replace(settings.losses, reg=0.0, seg_start=-1)
    objective = Objective(dataclasses.replace(settings, losses=losses), PROGRAM)
    terms = objective(model, images, labels, n_iter=0)
    assert terms["reg"] == 0
    assert terms["seg"] > 0
