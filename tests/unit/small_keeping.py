"""How the small trainings of the tests keep their states."""

from typing import Any

from methods.training.states import Keeping


def small_keeping(**changes: Any) -> Keeping:
    """No state by the clock or by iterations, unless a change asks for it."""
    return Keeping(**{"identity": {"code": "1"}, "minutes": None, **changes})
