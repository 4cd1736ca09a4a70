"""What CLIP's image tower costs, which guides a training; nothing here needs torch."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from methods.vit_cost import VitSizes

PUBLISHED_GUIDE: Mapping[str, Any] = {"model": "ViT-B-32-quickgelu"}

_QUICK = "-quickgelu"  # ends the names of networks with another activation of the same cost
# patch size, width, blocks, image size
_NAMED = {
    "ViT-B-32": (32, 768, 12, 224),
    "ViT-B-16": (16, 768, 12, 224),
    "ViT-L-14": (14, 1024, 24, 224),
    "ViT-L-14-336": (14, 1024, 24, 336),
}
# Values that a block of the ViT keeps for the gradient of its input, of each row, by its width: two
# norms, queries, keys, values, what they make, and twice the fourfold width around the activation.
_KEPT_BY_BLOCK = 14
_KEPT_BY_CONVOLUTION = 2  # times its output: before and behind the normalisation
_EXPANSION = 4  # of a ResNet's bottleneck


class GuideCost(NamedTuple):
    """Of one image that passes the image tower."""

    macs: float
    kept: float  # values that are kept for the gradient of the pixels


def guide_cost(network: Mapping[str, Any]) -> GuideCost:
    """What a guide costs; a named one that is not OpenAI's ViT counts as the published one.

    Args:
        network: of the guide's weights: a name under "model", or its sizes.
    """
    if "model" in network:
        name = network["model"].removesuffix(_QUICK)
        return _transformer(*_NAMED.get(name, _NAMED["ViT-B-32"]))
    vision, side = network["vision"], network["image_size"]
    if isinstance(vision["layers"], int):
        return _transformer(vision.get("patch_size", 32), vision["width"], vision["layers"], side)
    return _resnet(vision["layers"], vision["width"], side)


def _transformer(patch_size: int, width: int, depth: int, side: int) -> GuideCost:
    patches = (side // patch_size) ** 2
    sizes = VitSizes(patch_size, width, depth, side, tokens=1)
    return GuideCost(sizes.macs(patches), _KEPT_BY_BLOCK * depth * (patches + 1) * width)


def _resnet(layers: tuple[int, ...], width: int, side: int) -> GuideCost:
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
    return GuideCost(macs, kept)
