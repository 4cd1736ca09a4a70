"""Pixel-adaptive refinement (PAR): masks follow the edges of the image.

Ru et al., "Learning Affinity from Attention", CVPR 2022: every pixel becomes a weighted sum of
its neighbours, with weights from colour and distance, several times over.
"""

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

_COLOUR_WIDTH = 0.3  # w1 of the published program
_PLACE_WEIGHT = 0.01  # w2
_EPSILON = 1e-8


class PixelAdaptiveRefinement:
    """Refinement over the eight neighbours at every dilation."""

    def __init__(self, dilations: tuple[int, ...], iterations: int) -> None:
        self._iterations = iterations
        self._reach = max(dilations)
        self._offsets = [
            (dilation * row, dilation * column)
            for dilation in dilations
            for row in (-1, 0, 1)
            for column in (-1, 0, 1)
            if (row, column) != (0, 0)
        ]

    def affinity(self, images: Tensor) -> Tensor:
        """Weights of every pixel's neighbours.

        Args:
            images: (B, 3, H, W), 0 to 1.

        Returns:
            float32 (B, 8 * dilations, H, W), dilation-major, neighbours row by row. They sum to
            1.01 at every pixel: the published program adds the place term without normalising.
        """
        images = images.float()
        shape = (len(images), len(self._offsets), *images.shape[-2:])
        similarity = images.new_zeros(shape)
        for channel in images.split(1, dim=1):  # one at a time: a third of the memory
            around = torch.cat(self._neighbours(channel), dim=1)
            deviation = _deviation(around).add_(_EPSILON).mul_(_COLOUR_WIDTH)
            similarity -= around.sub_(channel).div_(deviation).square_()
        colour = (similarity / images.shape[1]).softmax(dim=1)
        return colour.add_(self._place_term(images.device).view(1, -1, 1, 1))

    def refine(self, masks: Tensor, affinity: Tensor) -> Tensor:
        """Replace every pixel by the weighted sum of its neighbours, `iterations` times.

        Args:
            masks: (B, K, h, w), resized to the affinity's size with aligned corners.
            affinity: (B, 8 * dilations, H, W) from `affinity`.

        Returns:
            float32 (B, K, H, W).
        """
        size = affinity.shape[-2:]
        masks = masks.float()
        if masks.shape[-2:] != size:
            masks = interpolate(masks, size=size, mode="bilinear", align_corners=True)
        weights = affinity.split(1, dim=1)
        for _ in range(self._iterations):
            refined = torch.zeros_like(masks)
            for neighbour, weight in zip(self._neighbours(masks), weights, strict=True):
                refined.addcmul_(neighbour, weight)
            masks = refined
        return masks

    def _neighbours(self, maps: Tensor) -> list[Tensor]:
        """Views of (B, K, H, W) maps, shifted by each offset, with the border repeated."""
        height, width = maps.shape[-2:]
        reach = self._reach
        padded = pad(maps, (reach, reach, reach, reach), mode="replicate")
        return [
            padded[..., reach + row : reach + row + height, reach + column : reach + column + width]
            for row, column in self._offsets
        ]

    def _place_term(self, device: torch.device) -> Tensor:
        # max() is the dilation; diagonal neighbours are sqrt(2) times as far.
        distances = torch.tensor(
            [
                max(abs(row), abs(column)) * (2**0.5 if row and column else 1.0)
                for row, column in self._offsets
            ],
            device=device,
        )
        scaled = distances / (distances.std() + _EPSILON) / _COLOUR_WIDTH
        return _PLACE_WEIGHT * (-scaled.square()).softmax(dim=0)


def _deviation(values: Tensor) -> Tensor:
    """Standard deviation over dimension 1, kept; Tensor.std takes ten times as long on a CPU."""
    squares = (values - values.mean(dim=1, keepdim=True)).square_().sum(dim=1, keepdim=True)
    return squares.div_(values.shape[1] - 1).sqrt_()
