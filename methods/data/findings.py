"""What the checks of a data set say: faults that refuse it, and the rules that it passed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from typing import Any, Literal

from methods.errors import InputError


@dataclass(frozen=True)
class Check:
    """One rule and how the data set fared. A data set that breaks a rule of errors is refused."""

    name: str
    severity: Literal["ok", "warning"]
    checked: int
    failed: int
    expected: str
    found: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counts:
    """How much a data set holds.

    Attributes:
        classes: without the background.
        images: in a split or not.
        splits: images of each.
        masks: files of each kind, by what it is called; empty where none are counted.
    """

    classes: int
    images: int
    splits: Mapping[str, int]
    masks: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class DatasetCheck:
    """A data set that passed.

    Attributes:
        manifest: content of manifest.json.
        index: rows of index.csv.
        checks: content of checks.json.
        counts: how much was found.
    """

    manifest: dict[str, Any]
    index: list[dict[str, str | int]]
    checks: dict[str, Any]
    counts: Counts


def summary(root: str | PathLike[str], faults: Sequence[InputError]) -> InputError:
    """Return the first fault, told as one of many where there are more."""
    if len(faults) == 1:
        return faults[0]
    first = str(faults[0]).rstrip(".")
    return InputError(
        root,
        f"{len(faults)} faults, the first being ({first})",
        "none",
        "mend the first and run again; where many files fail, extract the archives again",
    )
