"""CSM: class maps out of the class token's attention alone."""

import torch
from torch import Tensor, nn

from methods.errors import InputError

_MOMENTUM = 0.01  # of the running statistics
_SLOPE = 0.01  # of negative values


class DoubleConvolution(nn.Module):
    """Twice: 3x3 convolution without bias, batch normalisation, leaky ReLU.

    Args:
        inputs: Channels that come in.
        outputs: Channels behind each of the two convolutions.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.UConv = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs, momentum=_MOMENTUM),
            nn.LeakyReLU(_SLOPE),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs, momentum=_MOMENTUM),
            nn.LeakyReLU(_SLOPE),
        )

    def forward(self, maps: Tensor) -> Tensor:
        """(B, inputs, h, w) to (B, outputs, h, w)."""
        convolved: Tensor = self.UConv(maps)
        return convolved


class _Joining(nn.Module):
    """Doubles the grid of the lower maps and convolves them behind the upper ones."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.conv = DoubleConvolution(inputs, outputs)

    def forward(self, upper: Tensor, lower: Tensor) -> Tensor:
        joined: Tensor = self.conv(torch.cat((upper, self.up(lower)), dim=1))
        return joined


class ClassStimulation(nn.Module):
    """A U-net of one level on the attention maps of every block and head.

    Args:
        maps: L * H, attention maps of an image.
        width: Channels at the lower level.
        classes: C.
    """

    def __init__(self, maps: int, width: int, classes: int) -> None:
        super().__init__()
        self.down_1 = nn.Sequential(nn.MaxPool2d(2), DoubleConvolution(maps, width))
        self.up_1 = _Joining(maps + width, classes)

    def forward(self, attention: Tensor) -> Tensor:
        """Attention weights (B, L * H, h, w), the heads of a block side by side, to (B, C, h, w).

        Both h and w must be even, so that the two levels fit together: `require_even_grid`.
        """
        stimulated: Tensor = self.up_1(attention, self.down_1(attention))
        return stimulated


def require_even_grid(patch_size: int, image_size: int) -> None:
    """Refuse sizes (pixels) whose grid of patches cannot be halved.

    Raises:
        InputError: the number of whole patches along a side is odd, or zero.
    """
    side = image_size // patch_size
    if side == 0 or side % 2:
        raise InputError(
            "network",
            f"patch_size {patch_size} and pretrained_size {image_size}, which make a grid of"
            f" {side} x {side} patches",
            "an even number of patches along a side, since CSM halves the grid and doubles it"
            " again",
            f"set pretrained_size to a multiple of {2 * patch_size}, and weights made for it",
        )
