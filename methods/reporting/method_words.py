"""What a method says about itself in words, found by its name."""

import importlib
from collections.abc import Mapping
from typing import Protocol, cast


class MethodWords(Protocol):
    """The module `methods/<method>/words.py`.

    Attributes:
        SWITCHES: the difference that a switch of a formulation makes, by (switch, value); the
            value `program` makes none.
        TITLES: what a column of the journal holds, by its name.
        TERMS: what its abbreviations mean; read of the methods of localization.
        ACCEPTED: what a run lives with, by the entry of its list `accept`.
    """

    SWITCHES: Mapping[tuple[str, str], str]
    TITLES: Mapping[str, str]
    TERMS: Mapping[str, str]
    ACCEPTED: Mapping[str, str]


def method_words(method: str) -> MethodWords:
    """The words of a method.

    Raises:
        ModuleNotFoundError: it has none.
    """
    return cast("MethodWords", importlib.import_module(f"methods.{method}.words"))
