"""A method that is not in `methods/`, as far as the page asks for one."""

import sys
from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest


def add_method(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    *,
    program: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> None:
    """Let the page find a method.

    Args:
        monkeypatch: takes it away again.
        name: of the method.
        program: the released program's value of each of its switches.
        titles: of the columns of its journal.
    """

    def complete(run: Mapping[str, Any]) -> dict[str, Any]:
        stated = run.get("formulation", "program")
        own = stated if isinstance(stated, Mapping) else {}
        return {**run, "formulation": {**(program or {}), **own}}

    parts = {
        "words": SimpleNamespace(
            NAME=name.title(), SWITCHES={}, TITLES=titles or {}, TERMS={}, ACCEPTED={}
        ),
        "formulation": SimpleNamespace(complete=complete),
        "methods_text": SimpleNamespace(training_text=lambda _: ("As it does.",)),
    }
    for part, module in parts.items():
        monkeypatch.setitem(sys.modules, f"methods.{name}.{part}", cast("ModuleType", module))
