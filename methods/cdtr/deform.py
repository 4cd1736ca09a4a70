"""SKI: class logits behind a deformable convolution (version 1) of class maps.

The convolution is 3x3 with stride 1, padding 1, one group and no bias. Tap k = 3 * i + j of the
output position (y, x) reads the maps at (y + i - 1 + dy, x + j - 1 + dx), between pixels
bilinearly. Outside the maps is zero; a sample counts where -1 < row < h and -1 < column < w.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

_SIDE = 3  # of the kernel
_TAPS = _SIDE**2


class _Samples(NamedTuple):
    """Where every tap of every output position reads; N = h * w output positions."""

    top: Tensor  # (B, 9, N), the row above or at the sample, a whole number
    left: Tensor  # (B, 9, N)
    down: Tensor  # (B, 9, N), share of the row below, in [0, 1)
    right: Tensor  # (B, 9, N)
    counts: Tensor  # (B, 9, N), whether the sample is not wholly outside


class _Kernel(nn.Module):
    """The weight of the deformable convolution, by its published name."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(classes, classes, _SIDE, _SIDE))
        nn.init.kaiming_uniform_(self.weight, nonlinearity="relu")


class DeformableHead(nn.Module):
    """Offsets out of one set of class maps, and the logits of another set deformed by them.

    The offsets start out small, equal everywhere and not zero: their weights are zero, their
    biases keep the random start of a convolution.

    Args:
        classes: C.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv_offset = nn.Conv2d(classes, 2 * _TAPS, _SIDE, padding=1)
        nn.init.zeros_(self.conv_offset.weight)
        self.deform_conv = _Kernel(classes)

    def forward(self, deformed: Tensor, guiding: Tensor) -> Tensor:
        """Class maps (B, C, h, w) to be deformed, and those that make the offsets, to (B, C)."""
        offsets = self.conv_offset(guiding)
        return pooled_deform_conv2d(deformed, offsets, self.deform_conv.weight)


def pooled_deform_conv2d(maps: Tensor, offsets: Tensor, weight: Tensor) -> Tensor:
    """The mean over all positions of the deformable convolution, without the deformed maps.

    Mean, convolution and interpolation are linear in the maps. So the shares with which all
    positions read a pixel are summed first, into one image a tap, and each tap then is a weighted
    mean of the maps. The sum is a matrix product, which unlike a scatter is the same every time
    on a GPU. Same values and gradients.

    Args:
        maps: (B, C, h, w).
        offsets: (B, 18, h, w), pixels; channel 2 * k holds dy of tap k and 2 * k + 1 its dx.
        weight: (O, C, 3, 3).

    Returns:
        (B, O).
    """
    height, width = maps.shape[-2:]
    samples = _samples(offsets)
    rows = _shares(samples.top, samples.down, height)
    rows = torch.where(samples.counts[..., None], rows, 0)
    columns = _shares(samples.left, samples.right, width)
    shares = (rows.mT @ columns).flatten(2)  # (B, 9, h * w)
    means = maps.flatten(2) @ shares.mT / (height * width)  # (B, C, 9)
    # An offset that is no number reads nothing; without the last term it would go unnoticed.
    return means.flatten(1) @ weight.flatten(1).mT + 0 * offsets.mean()


def _samples(offsets: Tensor) -> _Samples:
    """Where the taps read, of offsets (B, 18, h, w)."""
    height, width = offsets.shape[-2:]
    taps = torch.arange(_TAPS, device=offsets.device)[:, None, None]
    y = torch.arange(height, device=offsets.device)[:, None] + taps // _SIDE - 1
    x = torch.arange(width, device=offsets.device) + taps % _SIDE - 1
    rows = (offsets[:, 0::2] + y).flatten(2)
    columns = (offsets[:, 1::2] + x).flatten(2)
    top, left = rows.detach().floor(), columns.detach().floor()
    return _Samples(
        top=top,
        left=left,
        down=rows - top,
        right=columns - left,
        counts=(rows > -1) & (rows < height) & (columns > -1) & (columns < width),
    )


def _shares(first: Tensor, second_share: Tensor, size: int) -> Tensor:
    """Bilinear shares along one axis, (B, 9, N, size): of two neighbours, zero elsewhere.

    Written with comparisons, as `1 - |distance|` has no gradient at whole numbers.
    """
    places = torch.arange(size, device=first.device, dtype=first.dtype)
    first, second_share = first[..., None], second_share[..., None]
    at_second = torch.where(places == first + 1, second_share, 0)
    return torch.where(places == first, 1 - second_share, at_second)
