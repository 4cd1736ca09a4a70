"""How far found boxes agree with true ones: intersection over union."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from methods.data.box_sets import BoxSet

Floats = NDArray[np.float64]

_AT_ONCE = 2**20  # boxes


class Overlaps(NamedTuple):
    """IoU with the true boxes, of each image, map (predicted, true class) and threshold.

    Attributes:
        first: float64 (n, 2, T), of the first box, that of the largest region.
        best: float64 (n, 2, T), of whichever box fits best.
    """

    first: Floats
    best: Floats


def overlap(found: NDArray[np.generic], true: Floats, ends_included: bool = False) -> Floats:
    """Intersection over union of pairs of boxes; 0 where neither has an area.

    Args:
        found: (..., 4) x1, y1, x2, y2.
        true: (..., 4).
        ends_included: whether x2 and y2 are pixels of a box, which is then one longer; else they
            are the first ones behind it.
    """
    longer = 1 if ends_included else 0
    boxes = found.astype(np.float64)
    sides = np.minimum(boxes[..., 2:], true[..., 2:]) - np.maximum(boxes[..., :2], true[..., :2])
    common = np.maximum(sides + longer, 0).prod(axis=-1)
    areas = [(box[..., 2:] - box[..., :2] + longer).prod(axis=-1) for box in (boxes, true)]
    union = areas[0] + areas[1] - common
    shares: Floats = np.divide(common, union, out=np.zeros_like(union), where=union > 0)
    return shares


def best_overlap(found: NDArray[np.generic], truths: Floats, ends_included: bool = False) -> Floats:
    """IoU of boxes (m, 4), each with whichever of its true boxes (m, K, 4) fits best."""
    best = np.zeros(len(found))
    for k in range(truths.shape[1]):
        np.maximum(best, overlap(found, truths[:, k], ends_included), out=best)
    return best


def overlaps(boxes: BoxSet, truths: Floats) -> Overlaps:
    """IoU of all boxes of a split.

    Args:
        boxes: of n images.
        truths: float64 (n, K, 4); see `read_truths`.
    """
    images, maps, thresholds = len(boxes.ids), 2, len(boxes.thresholds)
    image_of_cell = np.repeat(np.arange(images), maps * thresholds)
    image_of_box = np.repeat(image_of_cell, np.diff(boxes.starts))
    shares = np.empty(len(image_of_box))
    for start in range(0, len(shares), _AT_ONCE):  # all at once would not fit into memory
        part = slice(start, start + _AT_ONCE)
        true = truths[image_of_box[part]]
        shares[part] = best_overlap(boxes.boxes[part], true, ends_included=boxes.every_region)
    first = boxes.starts[:-1]
    best = np.maximum.reduceat(shares, first)
    shape = (images, maps, thresholds)
    return Overlaps(shares[first].reshape(shape), best.reshape(shape))
