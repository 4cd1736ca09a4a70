"""True boxes: the gate that every one passes, and how scoring reads them."""

import math
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.data.files import read_json
from methods.data.inspection import Box
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

TOLERANCE = 1.0  # pixels by which a box may leave its image, which is only counted
_NUMBERS = 4


def boxes_outside(
    boxes: Sequence[Box], size: tuple[int, int], where: str | PathLike[str], whose: str
) -> int:
    """Return how many boxes leave their image, by up to one pixel.

    Args:
        boxes: x, y, width, height, in pixels of the image from 0.
        size: (height, width) of the image.
        where: the file with the boxes.
        whose: how to name the image in an error.

    Raises:
        InputError: a box is empty, or leaves the image by more than one pixel.
    """
    outside = 0
    height, width = size
    for x, y, w, h in boxes:
        beyond = max(-x, -y, x + w - width, y + h - height)
        if not (w > 0 and h > 0 and beyond <= TOLERANCE):  # not-a-number fails every comparison
            raise InputError(
                where,
                f"the box x {x:g}, y {y:g}, width {w:g}, height {h:g} of {whose}",
                f"a box with an area in an image of {width}x{height} pixels",
                f"check that boxes and images belong together, and {EXTRACT_AGAIN}",
            )
        outside += beyond > 0
    return outside


def read_boxes(manifest: Path) -> dict[str, NDArray[np.float64]]:
    """Read the boxes of every image that has some out of a manifest.

    Returns:
        Arrays (k, 4) by image id, in the order of the annotation: x, y, width, height, in pixels
        of the image from 0.

    Raises:
        InputError: the manifest is missing or broken, its data set has no boxes, or what stands
            there for an image is no list of boxes.
    """
    content = read_json(manifest)
    boxes = content.get("boxes") if isinstance(content, dict) else None
    if not isinstance(boxes, dict):
        raise InputError(
            manifest,
            "no boxes",
            "the boxes that localization is scored against",
            "run on a data set whose format has boxes, such as cub, or check the data set again",
        )
    return {id_: _boxes(manifest, id_, values) for id_, values in boxes.items()}


def _boxes(manifest: Path, id_: str, values: object) -> NDArray[np.float64]:
    if not (isinstance(values, list) and values and all(_is_box(value) for value in values)):
        raise InputError(
            manifest,
            f"boxes of {id_} that are none",
            "a list of x, y, width, height with an area",
            "delete it, so that the data set is checked again",
        )
    return np.array(values, dtype=np.float64)


def _is_box(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) == _NUMBERS
        and all(type(number) in (int, float) and math.isfinite(number) for number in value)
        and min(value[2:]) > 0
    )
