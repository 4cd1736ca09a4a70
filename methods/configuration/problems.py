"""Contradictions in an experiment, in a form that becomes a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One contradiction: the key it is found at, and the last three parts of the sentence."""

    key: str
    found: str
    expected: str
    remedy: str = "correct one of the two"


def below(value: float, limit: float, key: str, name: str) -> Iterator[Problem]:
    """A problem at `key` unless the value is below the limit, which is the key `name`."""
    if value >= limit:
        yield Problem(key, f"{value}", f"less than {name} = {limit}")


def multiple(value: int, step: int, key: str, name: str) -> Iterator[Problem]:
    """A problem at `key` unless the value is a multiple of the step, which is the key `name`."""
    if value % step:
        yield Problem(key, f"{value}", f"a multiple of {name} = {step}")


def ordered(pair: list[float], key: str) -> Iterator[Problem]:
    """A problem at `key` unless the pair is in order."""
    low, high = pair
    if low > high:
        yield Problem(key, f"{low} above {high}", "the smaller value first", "swap them")
