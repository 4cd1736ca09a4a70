"""CLIP's towers in numbers, and how a text names what an image shows; nothing here needs torch."""

from collections.abc import Mapping
from typing import Any, NamedTuple

PROMPT = "a photo of {name}."

_QUICK = "-quickgelu"  # ends the names of networks with another activation of the same cost
CONTEXT_LENGTH = 77  # unless a network says another


class ClipSizes(NamedTuple):
    """What a pair of towers takes, and how large its image tower is."""

    image_size: int  # pixels; side of the images
    layers: tuple[int, ...] | int  # blocks of every stage of a ResNet; of a ViT
    width: int  # channels behind the ResNet's stem; of the ViT
    patch_size: int | None = None  # pixels; of a ViT alone
    context_length: int = CONTEXT_LENGTH  # tokens; the longest text, its two ends counted


# OpenAI's networks by open_clip's names.
_TOWERS: Mapping[str, ClipSizes] = {
    "RN50": ClipSizes(224, (3, 4, 6, 3), 64),
    "RN101": ClipSizes(224, (3, 4, 23, 3), 64),
    "RN50x4": ClipSizes(288, (4, 6, 10, 6), 80),
    "RN50x16": ClipSizes(384, (6, 8, 18, 8), 96),
    "RN50x64": ClipSizes(448, (3, 15, 36, 10), 128),
    "ViT-B-32": ClipSizes(224, 12, 768, 32),
    "ViT-B-16": ClipSizes(224, 12, 768, 16),
    "ViT-L-14": ClipSizes(224, 24, 1024, 14),
    "ViT-L-14-336": ClipSizes(336, 24, 1024, 14),
}
NAMED: Mapping[str, ClipSizes] = {
    name + ending: sizes for name, sizes in _TOWERS.items() for ending in ("", _QUICK)
}


def clip_sizes(network: Mapping[str, Any]) -> ClipSizes:
    """The sizes of a pair of towers.

    Args:
        network: of an experiment's weights, valid by the schema and its checks: {"model": a name
            of `NAMED`}, or sizes of one's own.
    """
    if "model" in network:
        return NAMED[network["model"]]
    vision, layers = network["vision"], network["vision"]["layers"]
    return ClipSizes(
        image_size=network["image_size"],
        layers=layers if isinstance(layers, int) else tuple(layers),
        width=vision["width"],
        patch_size=vision.get("patch_size"),
        context_length=network["text"].get("context_length", CONTEXT_LENGTH),
    )
