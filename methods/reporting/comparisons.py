"""How values compare with a bound of the pipeline, or with a published number."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from methods.claims import AtLeast, AtMost, Equals, Published
from methods.evaluation.equivalence import MOST_SEEDS, Comparison, compare, has_spread
from methods.reporting.image_intervals import ImageInterval
from methods.reporting.seed_words import of_seeds, unknown_spread
from methods.reporting.verdict_words import WORDS, Status

# What a one-sided tolerance leaves out of account.
_COUNTING = {
    "two-sided": "",
    "at least": ", of which the lower end alone counts",
    "at most": ", of which the upper end alone counts",
}

_INTERVALS = {"bootstrap": "bootstrap", "binomial": "binomial, Wilson"}
_TEST = {
    "two-sided": "A verdict of equivalence",
    "at least": "A verdict of non-inferiority",
    "at most": "A verdict of non-inferiority",
}


@dataclass(frozen=True)
class Compared:
    """The outcome of a comparison.

    Attributes:
        status: of the verdict.
        reason: in words.
        statistics: of the test of equivalence, ready for JSON; None where there was none.
    """

    status: Status
    reason: str
    statistics: Mapping[str, Any] | None = None


def compare_bound(
    bound: Equals | AtLeast | AtMost, values: Sequence[float], references: Sequence[float]
) -> Compared:
    """Judge a bound that every seed must keep; the reason quotes the seed furthest off.

    Args:
        bound: of the pipeline.
        values: one a seed.
        references: what each is held to.
    """
    pairs = list(zip(values, references, strict=True))
    if isinstance(bound, AtLeast):
        relation, excess = "at least", [reference - value for value, reference in pairs]
    elif isinstance(bound, AtMost):
        relation, excess = "at most", [value - reference for value, reference in pairs]
    else:
        relation = "the expected"
        excess = [abs(value - reference) - bound.tolerance for value, reference in pairs]
    slack = f", to within {bound.tolerance:g}" if isinstance(bound, Equals) else ""
    worst = max(range(len(values)), key=excess.__getitem__)
    holds = excess[worst] <= 0
    verb = "is" if holds else "is not"
    worst_of = "" if len(values) == 1 else f", the worst of {len(values)} seeds,"
    reason = f"{values[worst]:.2f}{worst_of} {verb} {relation} {references[worst]:.2f}{slack}."
    return Compared("holds" if holds else "fails", reason)


def compare_published(
    bound: Published, values: Sequence[float], images: Sequence[ImageInterval | None]
) -> Compared:
    """Compare the mean of the seeds with a published number.

    Enough seeds are tested for equivalence, or, with a one-sided tolerance, for non-inferiority.
    Fewer, or seeds that all give one value, can only be consistent or inconsistent with it: nothing
    tells how far another seed would lie.

    Args:
        bound: the published number.
        values: one a seed, finite.
        images: 95 % interval over images of each; None where its file has none.
    """
    if len(values) < bound.minimum_seeds or not has_spread(values):
        return _consistency(bound, values, images)
    tested = compare(values, bound.value, bound.tolerance, bound.direction)
    reason = f"{_distance(bound, values)}; {_tested(tested, bound)}"
    return Compared(tested.outcome, reason, asdict(tested))


def stated_intervals(images: Sequence[ImageInterval]) -> str:
    """Intervals over images, each behind its method: "(bootstrap): 53.40 to 70.06"."""
    ends: dict[str, list[str]] = {}
    for one in images:
        span = f"{one.low:.2f} to {one.high:.2f}"
        ends.setdefault(_INTERVALS[one.method], []).append(span)
    return "; ".join(f"({method}): {', '.join(spans)}" for method, spans in ends.items())


def _consistency(
    bound: Published, values: Sequence[float], images: Sequence[ImageInterval | None]
) -> Compared:
    difference = fmean(values) - bound.value
    consistent = {
        "two-sided": abs(difference) <= bound.tolerance,
        "at least": difference >= -bound.tolerance,
        "at most": difference <= bound.tolerance,
    }[bound.direction]
    inside = "within" if consistent else "outside"
    tolerance = f"the tolerance of {bound.tolerance:.2f}{_COUNTING[bound.direction]}"
    sentences = [f"{_distance(bound, values)}, {inside} {tolerance}."]
    if len(values) >= bound.minimum_seeds:
        sentences.append(unknown_spread("All seeds give one value"))
    else:
        sentences.append(f"{_TEST[bound.direction]} takes {bound.minimum_seeds} trained seeds.")
    known = [interval for interval in images if interval is not None]
    if known:
        few = "" if len(known) == len(values) else f" of {len(known)} of {of_seeds(len(values))}"
        one = len(known) == 1
        sentences.append(
            f"95 % interval{'s' * (not one)} over images{few} {stated_intervals(known)}."
            f" {'It leaves' if one else 'They leave'} out the spread between seeds."
        )
    return Compared("consistent" if consistent else "inconsistent", " ".join(sentences))


def _distance(bound: Published, values: Sequence[float]) -> str:
    difference = fmean(values) - bound.value
    number = len(values)
    spread = f"mean of {of_seeds(number)}, {min(values):.2f} to {max(values):.2f}"
    side = "above" if difference > 0 else "below"
    return (
        f"{fmean(values):.2f} ({of_seeds(1) if number == 1 else spread}) is {abs(difference):.2f}"
        f" {side} the published {bound.value:.2f}"
    )


def _tested(tested: Comparison, bound: Published) -> str:
    where = WORDS[tested.outcome].interval
    interval = f"{tested.low:+.2f} to {tested.high:+.2f}"
    text = f"the 90 % interval of the difference, {interval}, {where} the tolerance of"
    low, high = tested.ordinary
    text = f"{text} {bound.tolerance:.2f}{_COUNTING[bound.direction]}."
    text = f"{text} One more seed would lie between {low:.2f} and {high:.2f} (95 % prediction)."
    if tested.outcome != "inconclusive":
        return text
    if tested.enough is None:
        return f"{text} At this mean and spread, {MOST_SEEDS} seeds would not decide."
    return f"{text} At this mean and spread, {tested.enough} seeds would decide, at the least."
