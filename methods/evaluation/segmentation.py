"""Confusion matrices, and the scores that follow from them (NumPy only).

A matrix is counted for each image and added up, so any subset or resample can be scored later.
All scores are percent, except the confusion ratio.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.labels import IGNORE
from methods.errors import InputError

BACKGROUND = "background"
Counts = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class SegmentationScores:
    """Scores of K labels; each array is float64 (K,), NaN or infinite where undefined.

    Attributes:
        iou: intersection over union, percent.
        precision: percent.
        recall: percent.
        confusion_ratio: false positives per true positive.
        miou: mean IoU of the labels that occur in the ground truth, percent.
        pixel_accuracy: percent.
        mean_accuracy: mean recall of the labels that occur in the ground truth, percent.
        mean_precision: mean precision of the labels that occur in the ground truth and in the
            predictions, percent; NaN where there are none.
    """

    iou: Scores
    precision: Scores
    recall: Scores
    confusion_ratio: Scores
    miou: float
    pixel_accuracy: float
    mean_accuracy: float
    mean_precision: float


def count_pairs(
    pairs: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]], num_labels: int
) -> Counts:
    """Confusion matrix of each (truth, prediction), int64 (images, K, K)."""
    return np.stack([confusion_matrix(*pair, num_labels) for pair in pairs])


def confusion_matrix(
    truth: NDArray[np.integer[Any]], prediction: NDArray[np.integer[Any]], num_labels: int
) -> Counts:
    """Count pixels by true label (rows) and predicted label (columns).

    Args:
        truth: (H, W) with 0..num_labels-1, and 255 for pixels that do not count.
        prediction: (H, W) with 0..num_labels-1.
        num_labels: K, background included.

    Returns:
        int64 (K, K).

    Raises:
        InputError: the sizes differ, or a label is out of range.
    """
    if truth.shape != prediction.shape:
        raise InputError(
            "prediction",
            f"shape {prediction.shape}",
            f"{truth.shape}, the shape of the ground truth",
            "write predictions at the size of the image; nothing is resized or cut here",
        )
    counted = truth != IGNORE
    rows = truth[counted].astype(np.int64)
    _check_range("prediction", prediction, num_labels)
    _check_range("ground truth", rows, num_labels)
    pairs = rows * num_labels + prediction[counted]
    return np.bincount(pairs, minlength=num_labels**2).reshape(num_labels, num_labels)


def scores(counts: Counts) -> SegmentationScores:
    """Score the confusion matrix int64 (K, K) of a whole split.

    Raises:
        InputError: no pixel was counted.
    """
    if counts.sum() == 0:
        raise InputError(
            "confusion matrix", "no pixel", "at least one", "check the masks of the split"
        )
    hits = np.diag(counts).astype(np.float64)
    true, predicted = counts.sum(axis=1), counts.sum(axis=0)
    present = true > 0
    decided = present & (predicted > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        iou = 100 * hits / (true + predicted - hits)
        precision = 100 * hits / predicted
        recall = 100 * hits / true
        confusion_ratio = (predicted - hits) / hits
    return SegmentationScores(
        iou=iou,
        precision=precision,
        recall=recall,
        confusion_ratio=confusion_ratio,
        miou=float(iou[present].mean()),
        pixel_accuracy=float(100 * hits.sum() / counts.sum()),
        mean_accuracy=float(recall[present].mean()),
        mean_precision=float(precision[decided].mean()) if decided.any() else np.nan,
    )


def _check_range(where: str, labels: NDArray[np.integer[Any]], num_labels: int) -> None:
    if labels.size and not 0 <= labels.min() <= labels.max() < num_labels:
        raise InputError(
            where,
            f"labels from {labels.min()} to {labels.max()}",
            f"0 to {num_labels - 1}",
            "check the classes of the data set and the format of the label file",
        )
