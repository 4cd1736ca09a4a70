"""The map that SBA lays over an image."""

import pytest
import torch
from torch import Tensor

from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.network import CdtrOutput
from methods.cdtr.object_map import object_map

NORMALISED = Formulation(object_map="normalised")
FIGURE = Formulation(sba_mask="figure")
LABELS = torch.tensor([1, 0])


def output() -> CdtrOutput:
    """Two images, two classes, a grid of 1 x 2."""
    return CdtrOutput(
        patch_maps=torch.tensor([[[[9.0, 9.0]], [[1.0, -4.0]]], [[[5.0, 2.0]], [[9.0, 9.0]]]]),
        csm_maps=torch.tensor([[[[7.0, 7.0]], [[2.0, 1.0]]], [[[0.0, 3.0]], [[7.0, 7.0]]]]),
        attention=torch.tensor([[[2.0, 3.0]], [[4.0, 6.0]]]),
        predicted_attention=torch.zeros(2, 1, 1, 2),
    )


@pytest.mark.parametrize(
    ("formulation", "expected"),
    [
        (PROGRAM, [[6.0, -9.0], [20.0, 30.0]]),
        (FIGURE, [[2.0, 3.0], [4.0, 6.0]]),
        (NORMALISED, [[1.0, 0.0], [0.0, 1.0]]),
        (Formulation(object_map="normalised", sba_mask="figure"), [[0.0, 1.0], [0.0, 1.0]]),
    ],
)
def test_values(formulation: Formulation, expected: list[list[float]]) -> None:
    found = object_map(output(), LABELS, formulation)
    assert found.shape == (2, 1, 1, 2)
    assert torch.equal(found.flatten(1), torch.tensor(expected))


@pytest.mark.parametrize(
    ("formulation", "expected"),
    [(PROGRAM, [[3.0, -3.0], [5.0, 5.0]]), (FIGURE, [[1.0, 1.0], [1.0, 1.0]])],
)
def test_the_gradient_reaches_the_attention_alone(
    formulation: Formulation, expected: list[list[float]]
) -> None:
    made = CdtrOutput(*(tensor.requires_grad_() for tensor in output()))
    object_map(made, LABELS, formulation).sum().backward()
    assert made.attention.grad is not None
    assert torch.equal(made.attention.grad.flatten(1), torch.tensor(expected))
    assert made.patch_maps.grad is made.csm_maps.grad is made.predicted_attention.grad is None


def test_the_gradient_passes_through_the_ends_of_the_range() -> None:
    """Of (v - lowest) / (highest - lowest), by differences."""
    attention = torch.rand(2, 3, 4, generator=torch.Generator().manual_seed(0)).double()
    weight = torch.rand(2, 1, 3, 4, generator=torch.Generator().manual_seed(1)).double()

    def weighted(values: Tensor) -> Tensor:
        made = CdtrOutput(weight, weight, values, weight)
        both = Formulation(object_map="normalised", sba_mask="figure")
        return (object_map(made, torch.tensor([0, 0]), both) * weight).sum()

    assert torch.autograd.gradcheck(weighted, attention.requires_grad_())


def test_a_constant_map_is_normalised_to_zeros() -> None:
    made = output()._replace(attention=torch.zeros(2, 1, 2))
    assert not object_map(made, LABELS, NORMALISED).any()
