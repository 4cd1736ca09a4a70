"""Scores of image-level labels (NumPy only)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def f1_scores(truth: NDArray[Any], predicted: NDArray[Any]) -> NDArray[np.float64]:
    """F1 of the labels of each image.

    Args:
        truth: (images, C) multi-hot, of any number type.
        predicted: (images, C) multi-hot.

    Returns:
        float64 (images,), 0 to 1; 0 where no label is right, also where there is none at all.
    """
    named, present = predicted.astype(bool), truth.astype(bool)
    hits = (named & present).sum(axis=1)
    labels = named.sum(axis=1) + present.sum(axis=1)
    scores: NDArray[np.float64] = 2 * hits / np.maximum(labels, 1)
    return scores
