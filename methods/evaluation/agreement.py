"""Whether a number in a file is the one that its counts give."""

from math import isclose
from typing import Any


def agrees(stated: Any, known: Any) -> bool:
    """Whether two JSON values agree, up to the last digits, which differ between machines."""
    if isinstance(known, dict):
        return (
            isinstance(stated, dict)
            and stated.keys() == known.keys()
            and all(agrees(stated[key], known[key]) for key in known)
        )
    if isinstance(known, float):
        number = isinstance(stated, int | float) and not isinstance(stated, bool)
        return number and isclose(stated, known, rel_tol=1e-9)
    return bool(stated == known)
