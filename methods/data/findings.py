"""What the checks of a data set say: faults that refuse it, and the rules that it passed."""

from collections.abc import Sequence
from dataclasses import dataclass
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
class DatasetCheck:
    """A data set that passed.

    Attributes:
        manifest: content of manifest.json.
        index: rows of index.csv.
        checks: content of checks.json.
    """

    manifest: dict[str, Any]
    index: list[dict[str, str | int]]
    checks: dict[str, Any]


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
