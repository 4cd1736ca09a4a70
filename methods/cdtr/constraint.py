"""OCM: one attention map predicted from the class token's attention in the early blocks.

Every convolution and normalisation is an attribute of the network itself, by its published name;
here they are made and applied.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

_SLOPE = 0.01  # of negative values


def early_block(heads: int) -> nn.Sequential:
    """What weighs the heads of one block: (B, H, h, w) to (B, 1, h, w)."""
    return nn.Sequential(
        nn.Conv2d(heads, 1, 1, bias=False), nn.BatchNorm2d(1), nn.LeakyReLU(_SLOPE)
    )


def joining_convolution(blocks: int) -> nn.Conv2d:
    """What makes one map of those of so many blocks."""
    return nn.Conv2d(blocks, 1, 3, padding=1, bias=False)


def predict_attention(
    maps: Iterable[Tensor],
    blocks: Iterable[nn.Module],
    convolution: nn.Conv2d,
    normalisation: nn.BatchNorm2d,
) -> Tensor:
    """M_ocm (B, 1, h, w), between 0 and 1.

    Args:
        maps: Of every block that is read, the attention weights (B, H, h, w).
        blocks: The `early_block` of each.
        convolution: The `joining_convolution`.
        normalisation: Behind it.
    """
    weighed = [block(rows) for block, rows in zip(blocks, maps, strict=True)]
    return torch.sigmoid(normalisation(convolution(torch.cat(weighed, dim=1))))
