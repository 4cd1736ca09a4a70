"""Losses of CDTR on numbers that can be worked out by hand."""

import math

import pytest
import torch
from torch import Tensor

from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.losses import loss_area, loss_clip, loss_map

AVERAGED = Formulation(loss_area="averaged")
MATCHED = Formulation(loss_map="matched")


def float64(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, generator=generator, dtype=torch.float64)


class TestArea:
    ATTENTION = torch.tensor([[[4.0, 2.0], [1.0, 3.0]], [[5.0, 6.0], [8.0, 7.0]]])

    def test_sum_of_the_weakest_over_batch_and_pixels(self) -> None:
        """The value at place floor(0.25 * 4) = 1 is 2, and 6."""
        assert loss_area(self.ATTENTION, 0.25, PROGRAM) == (1 + 2 + 5 + 6) / 4
        assert loss_area(self.ATTENTION, 0.25, AVERAGED) == (1 + 2 + 5 + 6) / 4 / 2
        assert loss_area(self.ATTENTION, 0.0, PROGRAM) == (1 + 5) / 4

    def test_all_values_equal_to_the_threshold_count(self) -> None:
        tied = torch.tensor([[[2.0, 2.0], [1.0, 2.0]]])
        assert loss_area(tied, 0.25, PROGRAM) == (1 + 2 + 2 + 2) / 4

    @pytest.mark.parametrize(("ratio", "kept"), [(0.25, 50), (0.10, 20)])
    def test_gradient_of_what_counts_alone(self, ratio: float, kept: int) -> None:
        attention = float64(3, 14, 14).requires_grad_()
        loss_area(attention, ratio, PROGRAM).backward()
        assert attention.grad is not None
        order = attention.detach().flatten(1).argsort(1).argsort(1).view_as(attention)
        assert torch.allclose(attention.grad, (order < kept).double() / 196, rtol=1e-12)

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_a_value_that_is_not_finite_surfaces(self, value: float) -> None:
        attention = self.ATTENTION.clone()
        attention[0, 1, 1] = value
        assert not loss_area(attention, 0.25, PROGRAM).isfinite()


class TestMap:
    def test_pairs_and_an_images_own(self) -> None:
        predicted = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
        attention = torch.tensor([3.0, 5.0]).view(2, 1, 1)
        assert loss_map(predicted, attention, PROGRAM) == (9 + 25 + 4 + 16) / 4
        assert loss_map(predicted, attention, MATCHED) == (9 + 16) / 2

    @pytest.mark.parametrize("batch", [1, 5])
    def test_equals_the_broadcast_difference(self, batch: int) -> None:
        predicted, attention = float64(batch, 1, 14, 14), 0.03 * float64(batch, 14, 14, seed=1)
        leaves = predicted.requires_grad_(), attention.requires_grad_()
        found = loss_map(predicted, attention, PROGRAM)
        expected = (predicted - attention).square().mean()
        assert (predicted - attention).shape == (batch, batch, 14, 14)
        assert (found - expected).abs() < 1e-12 * expected
        for ours, theirs in zip(
            torch.autograd.grad(found, leaves), torch.autograd.grad(expected, leaves), strict=True
        ):
            assert (ours - theirs).abs().max() < 1e-12 * theirs.abs().max()

    @pytest.mark.parametrize("formulation", [PROGRAM, MATCHED])
    def test_a_value_that_is_not_finite_surfaces(self, formulation: Formulation) -> None:
        predicted, attention = torch.zeros(2, 1, 2, 2), torch.zeros(2, 2, 2)
        attention[0, 0, 0] = math.nan
        assert loss_map(predicted, attention, formulation).isnan()


class TestClip:
    def test_worked_by_hand(self) -> None:
        found = loss_clip(torch.tensor([0.3, 0.2]), torch.tensor([0.1, 0.2]))
        assert found.item() == pytest.approx((math.log(4 / 3) + math.log(2)) / 2, rel=1e-6)

    def test_no_gradient_outside_of_the_clamp(self) -> None:
        foreground = torch.tensor([-0.5, 0.5, 1.0, 0.0]).requires_grad_()
        background = torch.tensor([0.5, 0.5, 0.5, 0.5]).requires_grad_()
        loss = loss_clip(foreground, background)
        clamped = (1e-4, 0.5, 0.9999, 1e-4)
        expected = sum(-math.log(s / (s + 0.5)) for s in clamped) / 4
        assert loss.item() == pytest.approx(expected, rel=1e-6)
        loss.backward()
        assert foreground.grad is not None
        assert foreground.grad[[0, 2, 3]].tolist() == [0, 0, 0]
        # -s_b / (s_f * (s_f + s_b)), over the batch
        assert foreground.grad[1].item() == pytest.approx(-1 / 4, rel=1e-6)

    def test_equals_the_logarithm_of_the_share(self) -> None:
        foreground, background = 0.01 + 0.9 * float64(7), 0.01 + 0.9 * float64(7, seed=1)
        expected = -(foreground / (foreground + background)).log().mean()
        assert (loss_clip(foreground, background) - expected).abs() < 1e-12

    def test_nan_surfaces(self) -> None:
        assert loss_clip(torch.tensor([math.nan]), torch.tensor([0.5])).isnan()


def test_half_precision_is_left() -> None:
    """In fp16 the clamp's ends and small sums would be rounded away."""
    half = torch.full((2,), 0.5, dtype=torch.float16)
    maps = torch.full((2, 14, 14), 0.1, dtype=torch.float16)
    losses = (
        loss_clip(half, half),
        loss_map(maps[:, None], maps, PROGRAM),
        loss_area(maps, 0.25, PROGRAM),
    )
    assert [loss.dtype for loss in losses] == [torch.float32] * 3
