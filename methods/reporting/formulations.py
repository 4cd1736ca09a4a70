"""The switches of a formulation in words: where a run does not follow the authors."""

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from methods.reporting.method_words import method_words


def switched(
    run: Mapping[str, Any], authors: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, str, str]]:
    """(switch, account, words) of every switch of a run that does not follow the authors.

    Args:
        run: its block of the experiment; a method without switches has no key `formulation`.
        authors: the record of their settings; the released program throughout where there is none.
    """
    method = run["method"]
    if "formulation" not in run:
        return
    program = _switches(method, {})
    followed = program if authors is None else _switches(method, authors)
    words = method_words(method).SWITCHES
    for switch, account in _switches(method, run).items():
        theirs = followed[switch]
        if account != theirs:
            known = words.get((switch, account)) if theirs == program[switch] else None
            yield switch, account, known or f"{switch}: {account} instead of {theirs}"


def _switches(method: str, block: Mapping[str, Any]) -> dict[str, str]:
    """Every switch of a block's formulation, which may be the name of a preset or some switches."""
    formulation = importlib.import_module(f"methods.{method}.formulation")
    switches: dict[str, str] = formulation.complete(block)["formulation"]
    return switches
