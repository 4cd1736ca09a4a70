"""Verdicts as the page calls and colours them."""

from collections.abc import Mapping
from typing import Any, Literal

from methods.reporting.strictness import TWO_SIDED, is_met

Tone = Literal["good", "bad", "weak", "open"]
# In the order in which they are tallied. `weak` has a colour of its own: it speaks for the claim
# and shows nothing. Its counterpart is coloured as a failure: no doubt counts for the claim.
_TONES: dict[str, Tone] = {
    "holds": "good",
    "equivalent": "good",
    "non-inferior": "good",
    "consistent": "weak",
    "fails": "bad",
    "above": "bad",
    "below": "bad",
    "inconsistent": "bad",
    "void": "bad",
    "inconclusive": "open",
    "not evaluated": "open",
}
ORDER = {status: place for place, status in enumerate(_TONES)}
UNTESTED = ("consistent", "inconsistent")  # too few seeds for a test


def tone(status: str, bound: Mapping[str, Any]) -> Tone:
    """The colour of a verdict: whether it speaks for the claim, against it, or for neither."""
    # `above` and `below` speak for a claim of which the other end alone counts.
    return "good" if is_met(status, bound.get("direction", TWO_SIDED)) else _TONES[status]


def label(status: str, trained: int) -> str:
    """The word, and of how many seeds it is where they are too few for a test."""
    if status not in UNTESTED:
        return status
    return f"{status} ({'one seed' if trained == 1 else f'{trained} seeds'})"
