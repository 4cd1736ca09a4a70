"""What a method says about itself in words, found by its name."""

import importlib
from collections.abc import Mapping
from typing import Protocol, cast


class MethodWords(Protocol):
    """The module `methods/<method>/words.py`.

    Attributes:
        NAME: what its authors call it.
        SWITCHES: the difference that a switch of a formulation makes, by (switch, value); the
            value `program` makes none.
        TITLES: what a column of the journal holds, by its name.
        TERMS: what its abbreviations mean.
        ACCEPTED: what a run lives with, by the entry of its list `accept`.
    """

    NAME: str
    SWITCHES: Mapping[tuple[str, str], str]
    TITLES: Mapping[str, str]
    TERMS: Mapping[str, str]
    ACCEPTED: Mapping[str, str]


def run_name(run: str, method: str) -> str:
    """A run in a sentence: its method's name, and its own where that tells more."""
    name = method_words(method).NAME
    return name if run.lower() == name.lower() else f"{name} (run {run})"


def method_words(method: str) -> MethodWords:
    """The words of a method.

    Raises:
        ModuleNotFoundError: it has none.
    """
    return cast("MethodWords", importlib.import_module(f"methods.{method}.words"))
