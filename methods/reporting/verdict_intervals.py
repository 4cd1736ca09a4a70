"""The intervals of a verdict as verdicts.json has them, where every claim has every key."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from methods.claims import Claim, Equals, Quantity
from methods.reporting.judging import Measured

# Of the test over the seeds: both ends of the 90 % interval of the difference, the p value, both
# ends of the 95 % prediction interval of one more seed. In the order of report/verdicts.csv.
TESTED = (
    "difference_90_low",
    "difference_90_high",
    "p_value",
    "one_more_seed_95_low",
    "one_more_seed_95_high",
)


def named_statistics(tested: Mapping[str, Any] | None) -> dict[str, float | None]:
    """What the test over the seeds found, by `TESTED`; every number None without a test.

    Args:
        tested: `Comparison` of methods/evaluation/equivalence.py, as a mapping.
    """
    if tested is None:
        return dict.fromkeys(TESTED)
    found = (tested["low"], tested["high"], tested["p_value"], *tested["ordinary"])
    return dict(zip(TESTED, found, strict=True))


def intervals_over_images(
    claim: Claim, measured: Measured, seeds: Sequence[int]
) -> list[dict[str, Any]] | None:
    """The 95 % interval over images of a claim's number with each seed; None where none is known.

    None is known of a difference of two numbers, nor of a number that another one is held to. A
    control that is held to a known value is so on the very images: others do not count.

    Args:
        claim: that was judged.
        measured: its quantities, with each seed.
        seeds: whose values the verdict has; of a control the one that it was read with.

    Returns:
        `seed` (None of a control), `method` (bootstrap, or binomial, which is Wilson's), and the
        ends `low` and `high` in the number's unit, of each that has an interval.
    """
    quantity, bound = claim.quantity, claim.bound
    if quantity is None or claim.minus is not None:
        return None
    if isinstance(bound, Equals) and (claim.is_control or isinstance(bound.to, Quantity)):
        return None
    read = [(seed, measured[quantity, seed].images) for seed in seeds]
    known = [
        {"seed": None if claim.is_control else seed, **asdict(images)}
        for seed, images in read
        if images is not None
    ]
    return known or None
