"""How far a score would move with other images of the same kind."""

import numpy as np
from numpy.typing import NDArray

RESAMPLES_AT_ONCE = 256


def bootstrap_miou(counts: NDArray[np.int64], samples: int, seed: int) -> tuple[float, float]:
    """95 % percentile interval of mIoU over resampled images.

    Every resample draws as many images as there are, with replacement, adds their confusion
    matrices and takes the mean IoU of the labels that occur in it.

    Args:
        counts: int64 (images, K, K), rows ground truth, columns prediction.
        samples: number of resamples.
        seed: of the resampling.

    Returns:
        Lower and upper end, percent.
    """
    images = len(counts)
    hits = np.diagonal(counts, axis1=1, axis2=2).astype(np.float64)
    true, predicted = counts.sum(axis=2).astype(np.float64), counts.sum(axis=1).astype(np.float64)
    unions = true + predicted - hits
    generator = np.random.default_rng(seed)
    values = []
    for start in range(0, samples, RESAMPLES_AT_ONCE):
        draws = min(RESAMPLES_AT_ONCE, samples - start)
        weights = generator.multinomial(images, np.full(images, 1 / images), draws)
        weights = weights.astype(np.float64)  # BLAS multiplies floats only
        present = weights @ true > 0
        shares = (weights @ hits) / np.maximum(weights @ unions, 1)
        values.append(shares.sum(axis=1, where=present) / present.sum(axis=1))
    low, high = np.percentile(100 * np.concatenate(values), (2.5, 97.5))
    return float(low), float(high)
