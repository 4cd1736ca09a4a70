"""The words of verdicts, in one table: what each is come to by, counts as, and looks like."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from methods.claims import Direction
from methods.reporting.seed_words import of_seeds

Status = Literal[
    "holds",
    "equivalent",
    "non-inferior",
    "consistent",
    "fails",
    "above",
    "below",
    "inconsistent",
    "void",
    "inconclusive",
    "not evaluated",
]
# What a verdict is come to by: a bound that every seed keeps or does not; a test over the seeds of
# their distance from a published number; the mean of too few seeds for a test; nothing.
Basis = Literal["bound", "test", "mean", "nothing"]
Tone = Literal["good", "bad", "weak", "open"]

TWO_SIDED: Direction = "two-sided"  # any deviation from a published number counts against the claim
_ONE_SIDED: tuple[Direction, ...] = ("at least", "at most")
_ANY = (TWO_SIDED, *_ONE_SIDED)


@dataclass(frozen=True)
class Word:
    """What a verdict says.

    Attributes:
        basis: what it is come to by.
        tone: whether it speaks for a claim that it does not meet, against it, or for neither.
        meets: directions of the claims that it meets, whose tone is always good.
        interval: of a test, where the interval of the difference lies by the tolerance.
    """

    basis: Basis
    tone: Tone
    meets: tuple[Direction, ...] = ()
    interval: str = ""


# In the order in which they are tallied.
#
# A claim is met by what was shown, so one that nothing speaks for or against is not met: more
# seeds, the data or a receipt may be lacking. Nor is one that too few seeds are consistent with:
# else fewer seeds would meet a claim that more of them leave inconclusive. That verdict has a
# colour of its own: it speaks for the claim and shows nothing. Its counterpart is coloured as a
# failure: no doubt counts for the claim.
WORDS: Mapping[str, Word] = {
    "holds": Word("bound", "good", _ANY),
    "equivalent": Word("test", "good", _ANY, "lies within"),
    "non-inferior": Word("test", "good", _ONE_SIDED, "keeps to"),
    "consistent": Word("mean", "weak"),
    "fails": Word("bound", "bad"),
    "above": Word("test", "bad", ("at least",), "lies wholly above"),
    "below": Word("test", "bad", ("at most",), "lies wholly below"),
    "inconsistent": Word("mean", "bad"),
    "void": Word("nothing", "bad"),
    "inconclusive": Word("test", "open", interval="crosses an end of"),
    "not evaluated": Word("nothing", "open"),
}
ORDER = {status: place for place, status in enumerate(WORDS)}


def is_met(status: str, direction: str = TWO_SIDED) -> bool:
    """Whether a claim with this status is met.

    Args:
        status: of its verdict.
        direction: which deviation from a published number counts: any ("two-sided"), or only too
            little ("at least"), or only too much ("at most").

    Raises:
        ValueError: there is no such status.
    """
    if status not in WORDS:
        raise ValueError(f"no status of a verdict: {status!r}")
    return direction in WORDS[status].meets


def is_tested(status: str) -> bool:
    """Whether a test over the seeds came to it."""
    return WORDS[status].basis == "test"


def tone(status: str, bound: Mapping[str, Any]) -> Tone:
    """The colour of a verdict: whether it speaks for the claim, against it, or for neither."""
    # `above` and `below` speak for a claim of which the other end alone counts.
    return "good" if is_met(status, bound.get("direction", TWO_SIDED)) else WORDS[status].tone


def label(status: str, trained: int) -> str:
    """The word, and of how many seeds it is where they are too few for a test."""
    if WORDS[status].basis != "mean":
        return status
    return f"{status} ({of_seeds(trained)})"
