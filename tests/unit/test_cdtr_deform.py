"""The deformable convolution against loops, its pooled form, and torchvision's kernel."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from methods.cdtr.deform import DeformableHead, pooled_deform_conv2d
from methods.torch_compat import define_missing_operators
from tests.reference.deform import deform_conv2d

Form = Callable[[Tensor, Tensor, Tensor], Tensor]


def arrays(height: int, width: int, spread: float) -> tuple[Tensor, Tensor, Tensor]:
    """Maps (2, 3, h, w), offsets and a kernel (4, 3, 3, 3), float64 with gradients."""
    generator = torch.Generator().manual_seed(height)
    maps = torch.randn(2, 3, height, width, generator=generator, dtype=torch.float64)
    offsets = torch.randn(2, 18, height, width, generator=generator, dtype=torch.float64)
    weight = torch.randn(4, 3, 3, 3, generator=generator, dtype=torch.float64)
    return maps.requires_grad_(), (spread * offsets).requires_grad_(), weight.requires_grad_()


def loops(maps: Tensor, offsets: Tensor, weight: Tensor) -> Tensor:
    """Position by position and pixel by pixel, by the definition alone."""
    batch, channels, height, width = maps.shape
    result = torch.zeros(batch, len(weight), height, width, dtype=maps.dtype)
    for b, y, x, k in torch.cartesian_prod(*map(torch.arange, (batch, height, width, 9))).tolist():
        row = y + k // 3 - 1 + float(offsets[b, 2 * k, y, x])
        column = x + k % 3 - 1 + float(offsets[b, 2 * k + 1, y, x])
        if not (-1 < row < height and -1 < column < width):
            continue
        value = torch.zeros(channels, dtype=maps.dtype)
        for j in (math.floor(row), math.floor(row) + 1):
            for i in (math.floor(column), math.floor(column) + 1):
                if 0 <= j < height and 0 <= i < width:
                    value += maps[b, :, j, i] * (1 - abs(row - j)) * (1 - abs(column - i))
        result[b, :, y, x] += weight[:, :, k // 3, k % 3] @ value
    return result


@pytest.mark.parametrize("spread", [0.3, 2.0, 30.0])
@pytest.mark.parametrize(("height", "width"), [(4, 4), (5, 3)])
def test_loops_agree(height: int, width: int, spread: float) -> None:
    maps, offsets, weight = (value.detach() for value in arrays(height, width, spread))
    found = deform_conv2d(maps, offsets, weight)
    torch.testing.assert_close(found, loops(maps, offsets, weight), rtol=0, atol=1e-12)


def test_without_offsets_it_is_a_convolution() -> None:
    maps, offsets, weight = (value.detach() for value in arrays(6, 4, 0.0))
    found = deform_conv2d(maps, offsets, weight)
    torch.testing.assert_close(found, F.conv2d(maps, weight, padding=1), rtol=0, atol=1e-12)


@pytest.mark.parametrize("edge", [-1.0, 4.0])
def test_samples_on_the_outer_edge_count_nothing(edge: float) -> None:
    """One pixel outside is zero, and so is every gradient: it is not the way back in."""
    maps, offsets, weight = arrays(4, 4, 0.0)
    shifted = offsets.detach().clone()
    rows = torch.arange(4)[:, None] + torch.arange(9)[:, None, None] // 3 - 1
    shifted[:, 0::2] = edge - rows
    shifted[:, 1::2] = 0.25
    for form in (deform_conv2d, pooled_deform_conv2d):
        positions = shifted.clone().requires_grad_()
        output = form(maps, positions, weight)
        assert not output.any()
        (gradient,) = torch.autograd.grad(output.sum(), positions)
        assert not gradient.any()


@pytest.mark.parametrize("spread", [0.0, 0.3, 2.0, 30.0])
@pytest.mark.parametrize(("height", "width"), [(14, 14), (5, 3)])
def test_pooled_form_agrees(height: int, width: int, spread: float) -> None:
    """In values and gradients, offsets of zero included, where positions are whole numbers."""
    factor = torch.randn(2, 4, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    plain, pooled = arrays(height, width, spread), arrays(height, width, spread)
    expected = deform_conv2d(*plain).mean(dim=(2, 3))
    found = pooled_deform_conv2d(*pooled)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    (expected * factor).sum().backward()
    (found * factor).sum().backward()
    for one, other in zip(pooled, plain, strict=True):
        assert one.grad is not None
        torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-12)
    if spread < 30:  # else next to no sample is inside
        assert plain[1].grad is not None
        assert plain[1].grad.any()


@pytest.mark.parametrize("form", [deform_conv2d, pooled_deform_conv2d])
def test_gradients_are_those_of_small_steps(form: Form) -> None:
    assert torch.autograd.gradcheck(form, arrays(3, 4, 0.9))


def test_offset_gradient_at_whole_numbers_looks_forward() -> None:
    """The sample slides towards the next row: the gradient is the difference of the two rows."""
    maps = torch.arange(16.0, dtype=torch.float64).reshape(1, 1, 4, 4).square()
    offsets = torch.zeros(1, 18, 4, 4, dtype=torch.float64, requires_grad=True)
    weight = torch.zeros(1, 1, 3, 3, dtype=torch.float64)
    weight[0, 0, 1, 1] = 1  # tap 4, whose dy is channel 8
    (16 * pooled_deform_conv2d(maps, offsets, weight)).sum().backward()
    assert offsets.grad is not None
    below = F.pad(maps[0, 0, 1:], (0, 0, 0, 1))
    torch.testing.assert_close(offsets.grad[0, 8], below - maps[0, 0])


def test_torchvision_agrees() -> None:
    define_missing_operators()
    if not hasattr(torch.ops.torchvision, "deform_conv2d"):
        pytest.skip("torchvision's compiled operators do not load beside this build of torch")
    from torchvision import ops

    ours, theirs = arrays(14, 14, 2.0), arrays(14, 14, 2.0)
    found = deform_conv2d(*ours)
    expected = ops.deform_conv2d(*theirs, padding=1)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    found.square().sum().backward()
    expected.square().sum().backward()
    for one, other in zip(ours, theirs, strict=True):
        assert one.grad is not None
        torch.testing.assert_close(one.grad, other.grad, rtol=1e-10, atol=1e-10)


def test_head_starts_with_small_constant_offsets() -> None:
    torch.manual_seed(0)
    head = DeformableHead(50)
    offsets = head.conv_offset(torch.randn(2, 50, 6, 6))
    assert torch.equal(offsets, offsets[:1, :, :1, :1].expand_as(offsets))
    bound = 1 / math.sqrt(9 * 50)
    assert 0 < offsets.abs().min() < offsets.abs().max() <= bound
    weight = head.deform_conv.weight
    limit = math.sqrt(6 / (9 * 50))  # of kaiming's uniform draw before a ReLU
    assert 0.98 * limit < weight.abs().max() <= limit
    assert weight.std().item() == pytest.approx(limit / math.sqrt(3), rel=0.02)


def test_an_offset_that_is_no_number_is_not_hidden() -> None:
    maps, weight = torch.randn(1, 2, 4, 4), torch.randn(3, 2, 3, 3)
    offsets = torch.zeros(1, 18, 4, 4)
    assert pooled_deform_conv2d(maps, offsets, weight).isfinite().all()
    offsets[0, 3, 1, 1] = float("nan")
    assert pooled_deform_conv2d(maps, offsets, weight).isnan().all()
