"""Scores of a checkpoint with the confusion matrices that they follow from."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from methods.evaluation.segmentation import scores

_PIXELS = 10**12


def scored(miou: Mapping[str, float]) -> dict[str, Any]:
    """The part of a validation file with these scores, percent, up to twelve digits."""
    hits = {kind: round(value / 100 * _PIXELS) for kind, value in miou.items()}
    # All pixels are of label 0, of which the others are missed: the IoU of the one label there is.
    counts = {kind: np.array([[count, _PIXELS - count], [0, 0]]) for kind, count in hits.items()}
    return {
        "miou": {kind: scores(matrix).miou for kind, matrix in counts.items()},
        "confusion": {kind: matrix.tolist() for kind, matrix in counts.items()},
    }
