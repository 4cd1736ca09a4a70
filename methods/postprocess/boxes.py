"""Boxes from class maps, by two rules (NumPy and OpenCV only).

"program" is what the published program does; "wsolevaluation" is the evaluation of Choe et al.,
"Evaluating weakly supervised object localization methods right" (2020).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import GRID, BoxRule, boxes_every_region
from methods.data.predictions import read_arrays
from methods.errors import InputError
from methods.postprocess.constant import is_constant

Floats = NDArray[np.float32]
Levels = NDArray[np.uint8]
Boxes = NDArray[np.int16]

# The box where nothing is above the threshold.
_NOTHING = {"program": (0, 0, 1, 1), "wsolevaluation": (0, 0, 0, 0)}


class ImageBoxes(NamedTuple):
    """Boxes of the maps of one image: of the predicted and of the true class.

    Attributes:
        boxes: int16 (k, 4) x1, y1, x2, y2, in the order map, threshold, area (largest first).
        counts: int64 (2, T), how many boxes a map has at a threshold, at least one.
        constant: bool (2,), whether a map has a single value and so no place to point at.
    """

    boxes: Boxes
    counts: NDArray[np.int64]
    constant: NDArray[np.bool_]


def threshold_grid(stated: Iterable[float]) -> tuple[float, ...]:
    """0.00, 0.01 .. 0.99 and the stated thresholds, ascending."""
    return tuple(sorted({*GRID, *stated}))


def boxes_of_image(file: Path, thresholds: Sequence[float], side: int, rule: BoxRule) -> ImageBoxes:
    """Find the boxes of both stored maps of an image.

    Args:
        file: .npz with "maps" (2, h, w) and "classes" (2,), of the predicted and the true class.
        thresholds: T shares of the largest value of a map.
        side: of the crop that the maps are enlarged to, pixels.
        rule: see the module.

    Raises:
        InputError: the file is missing or broken, or a map holds NaN or infinity.
    """
    stored = read_arrays(file, ["maps", "classes"])
    predicted, true = stored["classes"]
    found = [find_boxes(stored["maps"][0], thresholds, side, rule, file)]
    same = predicted == true
    found.append(found[0] if same else find_boxes(stored["maps"][1], thresholds, side, rule, file))
    return ImageBoxes(
        np.concatenate([boxes for of_map in found for boxes in of_map]),
        np.array([[len(boxes) for boxes in of_map] for of_map in found]),
        np.array([is_constant(values) for values in stored["maps"]]),
    )


def find_boxes(
    values: Floats,
    thresholds: Sequence[float],
    side: int,
    rule: BoxRule,
    where: str | Path = "class map",
) -> list[Boxes]:
    """Find the boxes of a map at every threshold.

    The map is enlarged, scaled to 0..255 and cut to whole numbers. Pixels above the threshold times
    the largest value, itself cut to a whole number, form regions. With the rule "program" the
    region of the largest contour, the first of equal ones, makes the only box, whose ends x2 and
    y2 lie behind its last pixels; with "wsolevaluation" every contour makes one, the largest first,
    whose ends are held below the side and count as pixels of the box. True boxes are cut at the
    side itself (`boxes_in_crop`), as that evaluation leaves them, so that at the right and lower
    border a found box is one pixel short of the true one. A contour runs through the centres of
    pixels, so a region of one pixel has no area, and it has a box nevertheless.

    A map of a single value has nothing above any threshold: its box is that of an empty region.

    Args:
        values: float32 (h, w).
        thresholds: shares of the largest value.
        side: of the square that the map is enlarged to, pixels.
        rule: see the module.
        where: what to name in an error.

    Returns:
        int16 (k, 4) x1, y1, x2, y2 for each threshold.

    Raises:
        InputError: the map holds NaN or infinity.
    """
    levels = eight_bits(enlarge(values, side, rule, where))
    highest = int(levels.max())
    cuts = [int(threshold * highest) for threshold in thresholds]
    made = {cut: _boxes_above(levels, cut, rule) for cut in set(cuts)}
    return [made[cut] for cut in cuts]


def enlarge(values: Floats, side: int, rule: BoxRule, where: str | Path = "class map") -> Floats:
    """Bring a map to the size of the crop, and its values to 0..1; a constant map becomes 0.

    "program" scales first and interpolates bilinearly; "wsolevaluation" interpolates bicubically
    and scales what comes of it. The smallest value becomes 0 and the largest 1, without an epsilon.

    Args:
        values: float32 (h, w).
        side: of the crop, pixels.
        rule: see the module.
        where: what to name in an error.

    Returns:
        float32 (side, side).

    Raises:
        InputError: the map holds NaN or infinity.
    """
    if not np.isfinite(values).all():
        raise InputError(
            where, "NaN or infinity in a class map", "finite values", "look at the training journal"
        )
    if is_constant(values):
        return np.zeros((side, side), dtype=np.float32)
    if rule == "program":
        return np.asarray(cv2.resize(_scale(values), (side, side)), dtype=np.float32)
    enlarged = cv2.resize(values, (side, side), interpolation=cv2.INTER_CUBIC)
    return _scale(np.asarray(enlarged, dtype=np.float32))


def eight_bits(scaled: Floats) -> Levels:
    """Values 0..1 as 0..255, cut to whole numbers."""
    return (scaled * 255).astype(np.uint8)


def _scale(values: Floats) -> Floats:
    lowest, highest = values.min(), values.max()
    scaled: Floats = (values - lowest) / (highest - lowest)
    return scaled


def _boxes_above(levels: Levels, cut: int, rule: BoxRule) -> Boxes:
    _, above = cv2.threshold(levels, cut, 255, cv2.THRESH_BINARY)
    contours, _ = cv2.findContours(above, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return np.array([_NOTHING[rule]], dtype=np.int16)
    # Equal areas stay in the order that they were found in.
    ordered = sorted(contours, key=cv2.contourArea, reverse=True)
    every_region = boxes_every_region(rule)
    kept = ordered if every_region else ordered[:1]
    rectangles = np.array([cv2.boundingRect(contour) for contour in kept], dtype=np.int16)
    ends = rectangles[:, :2] + rectangles[:, 2:]
    if every_region:
        ends = np.minimum(ends, len(levels) - 1)
    return np.concatenate([rectangles[:, :2], ends], axis=1)
