"""Whether the interval over images of a measured number keeps to the bound of its claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from methods.reporting.comparisons import stated_intervals
from methods.reporting.image_intervals import ImageInterval
from methods.reporting.verdict_words import WORDS
from methods.wording import listed

_BOUND, _TOLERANCE = "the bound", "the tolerance"


@dataclass(frozen=True)
class SeedInterval:
    """A number with its interval.

    Attributes:
        seed: of the training; None for a control.
        value: the number.
        images: its 95 % interval over images, in the number's unit.
    """

    seed: int | None
    value: float
    images: ImageInterval


@dataclass(frozen=True)
class IntervalRemark:
    """What the interval over images says about a verdict on a bound.

    Attributes:
        stated: the interval of each seed, and that it keeps to one side where it does.
        crossing: that it does not, one sentence; empty where it does.
    """

    stated: str
    crossing: str

    def __str__(self) -> str:
        return f"{self.stated} {self.crossing}".strip()


def read_interval_remark(entry: Mapping[str, Any]) -> IntervalRemark | None:
    """What is said about the verdict on a bound; None where no interval is known.

    Args:
        entry: of the claim in verdicts.json.
    """
    stated = entry["interval_95_over_images"]
    if WORDS[entry["status"]].basis != "bound" or stated is None:
        return None
    values = dict(zip(entry["seeds"] or [None], entry["values"], strict=True))
    known = [
        SeedInterval(
            one["seed"],
            values[one["seed"]],
            ImageInterval(one["method"], one["low"], one["high"]),
        )
        for one in stated
    ]
    return interval_remark(entry["bound"], known)


def interval_remark(bound: Mapping[str, Any], known: Sequence[SeedInterval]) -> IntervalRemark:
    """Say on which side of a bound intervals lie, or that they reach across it.

    Args:
        bound: as verdicts.json has it, of the kind at_least, at_most, or equals with a number.
        known: the interval of each seed, at least one.
    """
    low, high = _ends(bound)
    one = len(known) == 1
    stated = (
        f"95 % interval{'s' * (not one)} over images {stated_intervals([k.images for k in known])}"
    )
    across: dict[str, list[int | None]] = {}  # seeds by how their interval reaches across
    sides: dict[str, list[int | None]] = {}  # and by the side of those that do not
    for k in known:
        inside = low <= k.images.low and k.images.high <= high
        outside = k.images.high < low or k.images.low > high
        if inside or outside:
            sides.setdefault(_side(k.images, low, high), []).append(k.seed)
        else:
            across.setdefault(_reach(k, low, high), []).append(k.seed)
    crossing = "; ".join(_sentence("reach", "es", *group, one) for group in across.items())
    if crossing:
        return IntervalRemark(f"{stated}.", f"{crossing[0].upper()}{crossing[1:]}.")
    if one:
        return IntervalRemark(f"{stated}, {next(iter(sides))}.", "")
    told = f"none of which crosses {_end(bound)}"
    if len(sides) > 1:
        lie = "; ".join(_sentence("lie", "s", *group, one) for group in sides.items())
        told = f"{told}: {lie}"
    return IntervalRemark(f"{stated}, {told}.", "")


def _end(bound: Mapping[str, Any]) -> str:
    return f"an end of {_TOLERANCE}" if bound["kind"] == "equals" else _BOUND


def _ends(bound: Mapping[str, Any]) -> tuple[float, float]:
    """Between which values a bound is kept."""
    if bound["kind"] == "at_least":
        return bound["value"], inf
    if bound["kind"] == "at_most":
        return -inf, bound["value"]
    return bound["to"] - bound["tolerance"], bound["to"] + bound["tolerance"]


def _reach(known: SeedInterval, low: float, high: float) -> str:
    """How an interval reaches across an end: away from its own value."""
    kept = low <= known.value <= high
    if low > -inf and high < inf:
        return f"beyond {_TOLERANCE}" if kept else f"into {_TOLERANCE}"
    return f"{'below' if (low > -inf) == kept else 'above'} {_BOUND}"


def _sentence(verb: str, ending: str, how: str, seeds: Sequence[int | None], one: bool) -> str:
    if one:
        return f"the interval {verb}{ending} {how}"
    if len(seeds) == 1:
        return f"that of seed {seeds[0]} {verb}{ending} {how}"
    return f"those of seeds {listed([str(seed) for seed in seeds])} {verb} {how}"


def _side(images: ImageInterval, low: float, high: float) -> str:
    """Where an interval lies that keeps to one side."""
    if low > -inf and high < inf:
        within = low <= images.low and images.high <= high
        return f"{'within' if within else 'wholly outside'} {_TOLERANCE}"
    if images.low == images.high and images.low in (low, high):
        return f"at {_BOUND}"
    above = images.low >= low if low > -inf else images.low > high
    return f"wholly {'above' if above else 'below'} {_BOUND}"
