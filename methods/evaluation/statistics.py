"""How far a score would move with other images of the same kind."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RESAMPLES_AT_ONCE = 256
_ENDS = (2.5, 97.5)  # percentiles


class Intervals(NamedTuple):
    """95 % percentile intervals, percent.

    Attributes:
        miou: lower and upper end of the mean IoU.
        iou: float64 (K, 2), lower and upper end of each label's IoU; NaN where no image has the
            label, in ground truth or prediction.
    """

    miou: tuple[float, float]
    iou: NDArray[np.float64]


def bootstrap_iou(counts: NDArray[np.int64], samples: int, seed: int) -> Intervals:
    """Intervals of mIoU and of each label's IoU over resampled images.

    Every resample draws as many images as there are, with replacement, and adds their confusion
    matrices. Its mIoU is the mean over the labels that occur in its ground truth; a label's
    interval leaves out the resamples in which it occurs nowhere.

    Args:
        counts: int64 (images, K, K), rows ground truth, columns prediction.
        samples: number of resamples.
        seed: of the resampling.
    """
    images = len(counts)
    hits = np.diagonal(counts, axis1=1, axis2=2).astype(np.float64)
    true, predicted = counts.sum(axis=2).astype(np.float64), counts.sum(axis=1).astype(np.float64)
    unions = true + predicted - hits
    generator = np.random.default_rng(seed)
    means, labels = [], []
    for start in range(0, samples, RESAMPLES_AT_ONCE):
        draws = min(RESAMPLES_AT_ONCE, samples - start)
        weights = generator.multinomial(images, np.full(images, 1 / images), draws)
        weights = weights.astype(np.float64)  # BLAS multiplies floats only
        present, union = weights @ true > 0, weights @ unions
        shares = (weights @ hits) / np.maximum(union, 1)
        means.append(shares.sum(axis=1, where=present) / present.sum(axis=1))
        labels.append(np.where(union > 0, shares, np.nan))
    low, high = np.percentile(100 * np.concatenate(means), _ENDS)
    return Intervals((float(low), float(high)), _by_label(100 * np.concatenate(labels)))


def _by_label(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ends of the interval of each of K labels, (K, 2), of shares (samples, K) with gaps."""
    ends = np.full((shares.shape[1], 2), np.nan)
    occurs = ~np.isnan(shares).all(axis=0)
    ends[occurs] = np.nanpercentile(shares[:, occurs], _ENDS, axis=0).T
    return ends
