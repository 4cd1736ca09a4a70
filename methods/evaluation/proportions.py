"""Shares of images, and how far they would move with other images of the same kind."""

import numpy as np
from numpy.typing import NDArray

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
