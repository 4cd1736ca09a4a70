"""The views of an image that the network sees at inference."""

import math

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.errors import InputError
from methods.protocols import Resize


def mirrored_pair(
    image: Tensor, scale: float, resize: Resize, image_size: int, patch_size: int
) -> Tensor:
    """A resized image and its mirror image.

    Args:
        image: (1, 3, H, W), normalised.
        scale: relative size of the view.
        resize: see `view_size`.
        image_size: side of the square at scale 1, pixels.
        patch_size: pixels.

    Returns:
        (2, 3, h, w), resized bilinearly.
    """
    size = view_size((image.shape[-2], image.shape[-1]), scale, resize, image_size, patch_size)
    view = interpolate(image, size, mode="bilinear", align_corners=False)
    return torch.cat([view, view.flip(-1)])


def view_size(
    size: tuple[int, int], scale: float, resize: Resize, image_size: int, patch_size: int
) -> tuple[int, int]:
    """Height and width of a view.

    square: both sides int(scale * image_size), as the published inference on VOC has it. aspect: as
    many pixels as that square, the sides in proportion, each rounded to whole patches, so that none
    is dropped. original: int(scale * side), as the published inference on COCO had it.

    Raises:
        InputError: a side is shorter than one patch.
    """
    height, width = size
    if resize == "square":
        side = int(scale * image_size)
        return side, side
    if resize == "aspect":
        patches = scale * image_size / math.sqrt(height * width) / patch_size
        tall, wide = (max(1, round(side * patches)) for side in size)
        return tall * patch_size, wide * patch_size
    view = int(scale * height), int(scale * width)
    if min(view) < patch_size:
        raise InputError(
            f"an image of {width}x{height} pixels at scale {scale:g}",
            f"a view of {view[1]}x{view[0]} pixels",
            f"at least one patch of {patch_size} pixels on each side",
            "leave out this scale or choose another resizing",
        )
    return view
