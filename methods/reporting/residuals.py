"""Ours minus the authors' log, at the iterations of the log."""

import numpy as np
from numpy.typing import NDArray

from methods.reporting.plots import Curve


def residual(curve: Curve, reference: Curve) -> Curve:
    """Ours minus the reference, where both have a value.

    A value of the reference that is a mean is compared with ours over the same iterations, and
    left out unless ours has every one of them. A journal counts iterations from 0, and a log those
    that are done: its line 200 is about 0 to 199.

    Args:
        curve: ours, by ascending iteration.
        reference: the authors', by ascending iteration.
    """
    if reference.since is None:
        _, ours, theirs = np.intersect1d(
            curve.iterations, reference.iterations, return_indices=True
        )
        differences = curve.values[ours] - reference.values[theirs]
        return Curve(curve.label, reference.iterations[theirs], differences)
    first = np.searchsorted(curve.iterations, reference.since)
    behind = np.searchsorted(curve.iterations, reference.iterations)
    whole = behind - first == reference.iterations - reference.since
    sums = np.concatenate([[0.0], np.cumsum(curve.values)])
    means = (sums[behind[whole]] - sums[first[whole]]) / (behind - first)[whole]
    return Curve(curve.label, reference.iterations[whole], means - reference.values[whole])


def lines_before(iterations: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many iterations were done at the line before each line of a log; 0 before the first."""
    return np.concatenate([[0], iterations[:-1]]).astype(np.int64)
