"""Pixel-adaptive refinement: masks flow to neighbours that look alike."""

import torch
from torch import Tensor
from torch.nn import functional as F

_DIRECTIONS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))
_SOFTNESS = 0.3  # w1
_POSITION_WEIGHT = 0.01  # w2


def refine(image: Tensor, masks: Tensor, dilations: tuple[int, ...], iterations: int) -> Tensor:
    """Refine masks (K, h, w), brought to the size of their image (3, H, W) in [0, 1]: (K, H, W)."""
    size = image.shape[1:]
    masks = F.interpolate(masks[None], size=size, mode="bilinear", align_corners=True)[0]
    shares = affinity(image, dilations)
    for _ in range(iterations):
        around = neighbours(masks, dilations)
        masks = sum(
            (share * moved for share, moved in zip(shares, around, strict=True)),
            torch.zeros_like(masks),
        )
    return masks


def affinity(image: Tensor, dilations: tuple[int, ...]) -> Tensor:
    """Share (8 * dilations, H, W) that each neighbour has; a pixel's shares sum to 1.01."""
    around = torch.stack(neighbours(image, dilations))  # (n, 3, H, W)
    spread = around.std(dim=0, unbiased=True)  # of the neighbours, a channel and pixel
    colour = []
    for moved in around:
        apart = (moved - image).abs() / (spread + 1e-8) / _SOFTNESS
        colour.append(-apart.square().mean(dim=0))
    distances = torch.tensor(
        [
            dilation * (row**2 + column**2) ** 0.5
            for dilation in dilations
            for row, column in _DIRECTIONS
        ]
    ).to(image)
    position = -(distances / (distances.std(unbiased=True) + 1e-8) / _SOFTNESS).square()
    by_position = position.softmax(dim=0)[:, None, None]
    return torch.stack(colour).softmax(dim=0) + _POSITION_WEIGHT * by_position


def neighbours(maps: Tensor, dilations: tuple[int, ...]) -> list[Tensor]:
    """Maps (K, H, W) as each neighbour has them; behind the border, the border is repeated."""
    height, width = maps.shape[1:]
    moved = []
    for dilation in dilations:
        padded = F.pad(maps[None], (dilation,) * 4, mode="replicate")[0]
        for row, column in _DIRECTIONS:
            top, left = dilation + dilation * row, dilation + dilation * column
            moved.append(padded[:, top : top + height, left : left + width])
    return moved
