"""Predictions whose score is known in advance: they test the scorer and the masks."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.labels import IGNORE

Labels = NDArray[np.integer[Any]]


def perfect(truth: Labels) -> NDArray[np.uint8]:
    """The ground truth itself, background where it is 255: scores 100."""
    return np.where(truth == IGNORE, 0, truth).astype(np.uint8)


def all_background(truth: Labels) -> NDArray[np.uint8]:
    """Background everywhere: scores `all_background_miou`."""
    return np.zeros(truth.shape, dtype=np.uint8)


def all_background_miou(masks: Iterable[Labels]) -> float:
    """mIoU of the all-background prediction, straight from the masks, percent.

    100 * (background pixels / labelled pixels) / labels that occur: the union of background is
    every labelled pixel, and each other label that occurs has an IoU of zero.
    """
    pixels = np.zeros(IGNORE + 1, dtype=np.int64)
    for mask in masks:
        pixels += np.bincount(mask.ravel(), minlength=IGNORE + 1)
    labelled = pixels[:IGNORE]
    return float(100 * labelled[0] / labelled.sum() / np.count_nonzero(labelled))
