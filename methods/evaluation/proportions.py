"""Shares of images, and how far they would move with other images of the same kind."""

import numpy as np
from numpy.typing import NDArray

_RESAMPLES_AT_ONCE = 256

Flags = NDArray[np.bool_]


def percent(flags: NDArray[np.generic]) -> float:
    """Share of the true ones, percent."""
    return 100 * int(np.count_nonzero(flags)) / flags.size


def binomial_interval(flags: Flags) -> list[float]:
    """Wilson's 95 % interval of the share, percent, of images that are right by chance alone."""
    from scipy.stats import binomtest  # not above: it takes a second to load

    test = binomtest(int(np.count_nonzero(flags)), flags.size)
    interval = test.proportion_ci(confidence_level=0.95, method="wilson")
    return [100 * float(interval.low), 100 * float(interval.high)]


def bootstrap_intervals(flags: Flags, samples: int, seed: int) -> list[list[float]]:
    """95 % percentile intervals of several shares over the same resampled images.

    Every resample draws as many images as there are, with replacement.

    Args:
        flags: bool (images, shares).
        samples: number of resamples.
        seed: of the resampling.

    Returns:
        Lower and upper end of each share, percent.
    """
    images = len(flags)
    generator = np.random.default_rng(seed)
    values = []
    for start in range(0, samples, _RESAMPLES_AT_ONCE):
        draws = min(_RESAMPLES_AT_ONCE, samples - start)
        weights = generator.multinomial(images, np.full(images, 1 / images), draws)
        values.append(weights.astype(np.float64) @ flags.astype(np.float64) / images)
    ends = np.percentile(100 * np.concatenate(values), (2.5, 97.5), axis=0)
    return [[float(low), float(high)] for low, high in ends.T]
