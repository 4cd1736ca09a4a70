"""Is a mean over seeds equivalent to a published number? Two one-sided t tests (NumPy and SciPy).

A published number is one value without a spread, so that the tests are of one sample: the seeds.
Source: Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657; TOST at level alpha is the same as
asking whether the t interval of confidence 1 - 2 alpha lies within the tolerance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

import numpy as np
from scipy.stats import t as student

ALPHA = 0.05  # of each of the two tests; the interval is of 90 %
MOST_SEEDS = 100  # nobody trains more, so that an estimate beyond says nothing
_SAME = 1e-9  # a range of values, in their unit, that rounding alone can make

Direction = Literal["two-sided", "at least", "at most"]
Outcome = Literal["equivalent", "non-inferior", "above", "below", "inconclusive"]


@dataclass(frozen=True)
class Comparison:
    """What n seeds say about their distance from a published number.

    Attributes:
        seeds: n.
        difference: mean minus published.
        sd: sample standard deviation over the seeds.
        low: lower end of the 90 % t interval of the difference, and
        high: upper end.
        p_value: of the test of equivalence: the larger one of the two one-sided tests; or of the
            test of non-inferiority, the one that a one-sided direction asks for.
        ordinary: ends of the 95 % prediction interval of one more seed: whether the published
            number would be an ordinary run of ours.
        outcome: see `decide`.
        enough: number of seeds at which the same mean and spread would decide; None where this
            number decides, or no number up to 100 would.
    """

    seeds: int
    difference: float
    sd: float
    low: float
    high: float
    p_value: float
    ordinary: tuple[float, float]
    outcome: Outcome
    enough: int | None


def has_spread(values: Sequence[float]) -> bool:
    """Whether values tell a spread: two or more, not all the same."""
    return len(values) >= 2 and max(values) - min(values) > _SAME


def compare(
    values: Sequence[float], published: float, tolerance: float, direction: Direction = "two-sided"
) -> Comparison:
    """Compare the mean of the values of n >= 2 seeds with a published number.

    Args:
        values: one a seed.
        published: in the same unit.
        tolerance: delta > 0, in the same unit.
        direction: which deviation counts against equivalence.

    Raises:
        ValueError: a value is not finite, or the values tell no spread.
    """
    if not all(map(isfinite, values)) or not has_spread(values):
        raise ValueError(f"no spread in the values {list(values)}")
    n = len(values)
    mean, sd = float(np.mean(values)), float(np.std(values, ddof=1))
    difference, error = mean - published, sd / sqrt(n)
    half = _half_width(sd, n)
    low, high = difference - half, difference + half
    outcome = decide(low, high, tolerance, direction)
    reach = float(student.ppf(0.975, n - 1)) * sd * sqrt(1 + 1 / n)
    return Comparison(
        seeds=n,
        difference=difference,
        sd=sd,
        low=low,
        high=high,
        p_value=_p_value(difference, error, n - 1, tolerance, direction),
        ordinary=(mean - reach, mean + reach),
        outcome=outcome,
        enough=_enough(difference, sd, n, tolerance, direction)
        if outcome == "inconclusive"
        else None,
    )


def decide(low: float, high: float, tolerance: float, direction: Direction) -> Outcome:
    """Judge the interval of a difference by a tolerance.

    `above`: the interval lies wholly above +tolerance. `below`: wholly below -tolerance.
    `equivalent`: it lies wholly within. `non-inferior`: with a one-sided direction, it lies wholly
    on the right side of the one end that counts, which shows less. `inconclusive`: it crosses an
    end.
    """
    if low > tolerance:
        return "above"
    if high < -tolerance:
        return "below"
    above_lower, below_upper = low > -tolerance, high < tolerance
    if direction == "two-sided":
        return "equivalent" if above_lower and below_upper else "inconclusive"
    kept = above_lower if direction == "at least" else below_upper
    return "non-inferior" if kept else "inconclusive"


def _half_width(sd: float, n: int) -> float:
    return float(student.ppf(1 - ALPHA, n - 1)) * sd / sqrt(n)


def _p_value(
    difference: float, error: float, freedom: int, tolerance: float, direction: Direction
) -> float:
    not_lower = float(student.sf((difference + tolerance) / error, freedom))
    not_higher = float(student.cdf((difference - tolerance) / error, freedom))
    of_direction = {
        "two-sided": max(not_lower, not_higher),
        "at least": not_lower,
        "at most": not_higher,
    }
    return of_direction[direction]


def _enough(
    difference: float, sd: float, n: int, tolerance: float, direction: Direction
) -> int | None:
    for more in range(n + 1, MOST_SEEDS + 1):
        half = _half_width(sd, more)
        if decide(difference - half, difference + half, tolerance, direction) != "inconclusive":
            return more
    return None
