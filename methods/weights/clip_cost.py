"""What CLIP's image tower costs, by arithmetic from its sizes; nothing here needs torch."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from methods.vit_cost import VitSizes
from methods.weights.clip_sizes import clip_sizes

# Values that a block of the ViT keeps for the gradient of its input, of each row, by its width: two
# norms, queries, keys, values, what they make, and twice the fourfold width around the activation.
_KEPT_BY_BLOCK = 14
_KEPT_BY_CONVOLUTION = 2  # times its output: before and behind the normalisation
_EXPANSION = 4  # of a ResNet's bottleneck


class ClipCost(NamedTuple):
    """Of one image that passes the image tower."""

    macs: float
    kept: float  # values that are kept for the gradient of the pixels


def clip_cost(network: Mapping[str, Any]) -> ClipCost:
    """What the image tower costs.

    Args:
        network: of the weights, as for `clip_sizes`.
    """
    sizes = clip_sizes(network)
    if isinstance(sizes.layers, tuple):
        return _resnet(sizes.layers, sizes.width, sizes.image_size)
    assert sizes.patch_size is not None  # which the checks of weights ask of a ViT
    return _transformer(sizes.patch_size, sizes.width, sizes.layers, sizes.image_size)


def _transformer(patch_size: int, width: int, depth: int, side: int) -> ClipCost:
    patches = (side // patch_size) ** 2
    sizes = VitSizes(patch_size, width, depth, side, tokens=1)
    return ClipCost(sizes.macs(patches), _KEPT_BY_BLOCK * depth * (patches + 1) * width)


def _resnet(layers: tuple[int, ...], width: int, side: int) -> ClipCost:
    """CLIP's ResNet: a stem of three convolutions, bottlenecks, and pooling by attention."""
    half = width // 2
    cells = (side // 2) ** 2
    convolutions = [(9 * 3, half, cells), (9 * half, half, cells), (9 * half, width, cells)]
    cells, inputs, planes = (side // 4) ** 2, width, width
    for stage, blocks in enumerate(layers):
        for block in range(blocks):
            behind = cells // 4 if stage > 0 and block == 0 else cells
            outputs = _EXPANSION * planes
            convolutions += [(inputs, planes, cells), (9 * planes, planes, cells)]
            convolutions += [(planes, outputs, behind)]
            convolutions += [(inputs, outputs, behind)] if block == 0 else []
            cells, inputs = behind, outputs
        planes *= 2
    pooling = 2 * (cells + 1) * inputs**2  # keys and values
    macs = pooling + sum(each * outputs * places for each, outputs, places in convolutions)
    kept = _KEPT_BY_CONVOLUTION * sum(outputs * places for _, outputs, places in convolutions)
    return ClipCost(macs, kept)
