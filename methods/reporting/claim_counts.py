"""How many claims came out well: the headline of the page, and the tally below it."""

from collections import Counter
from collections.abc import Sequence

from methods.reporting.claim_rows import ClaimRow
from methods.reporting.verdict_words import ORDER, WORDS, is_tested

_HOLD, _EQUIVALENT, _NON_INFERIOR = "hold", "are equivalent to", "are non-inferior to"
_APART = ("", "calibration", "control")
_SOURCES = {False: "the publication", True: "the report of a re-run"}


def headline(claims: Sequence[ClaimRow]) -> str:
    """How many claims came out well, in one line.

    Those about given checkpoints stand apart, those about controls, and those about the report of a
    re-run: whoever repeats a failure well has reproduced no publication. Where no claim is about a
    published number the line says so. What too few seeds are consistent with is told beside what
    was shown, and never added to it.
    """
    controls = [claim for claim in claims if claim.control]
    given = [claim for claim in claims if claim.calibration]
    counted = [claim for claim in claims if not claim.control and not claim.calibration]
    parts = [_came_out(counted), _controls(controls), _calibrations(given)]
    if given and not counted:
        alone = f"Calibration alone, nothing trained here: {_came_out(given)}"
        parts = [alone, _controls(controls)]
    return "; ".join(part for part in parts if part)


def tally(claims: Sequence[ClaimRow]) -> tuple[tuple[str, str, int], ...]:
    """(verdict, tone, how many) of each; calibrations stand apart, and so do controls."""
    counts = Counter((_apart(c), ORDER[c.status], c.verdict, c.tone) for c in claims)
    return tuple(
        (f"{verdict} ({_APART[apart]})" if apart else verdict, tone, count)
        for (apart, _, verdict, tone), count in sorted(counts.items())
    )


def _apart(claim: ClaimRow) -> int:
    return 2 if claim.control else int(claim.calibration)


def _controls(claims: Sequence[ClaimRow]) -> str:
    """How many claims about controls hold; empty where there is none."""
    good = sum(claim.tone == "good" for claim in claims)
    return f"{good} of {len(claims)} controls hold" if claims else ""


def _calibrations(claims: Sequence[ClaimRow]) -> str:
    """How many claims are about given checkpoints; empty where none is."""
    verb = "are calibrations" if len(claims) > 1 else "is a calibration"
    return f"{len(claims)} more {verb}" if claims else ""


def _came_out(claims: Sequence[ClaimRow]) -> str:
    """How many claims came out well, those on the report of a re-run after the others."""
    groups = {of: [c for c in claims if c.of_report == of] for of in _SOURCES}
    return "; ".join(_counted(group, _SOURCES[of]) for of, group in groups.items() if group)


def _counted(claims: Sequence[ClaimRow], source: str) -> str:
    """What was shown comes first; what is only consistent is no part of that number."""
    good = sum(claim.tone == "good" for claim in claims)
    if not any(claim.of_publication for claim in claims):
        return f"{good} of {len(claims)} claims about the pipeline hold, none is about a paper"
    given = {_family(claim) for claim in claims}
    words = [word for word in (_HOLD, _EQUIVALENT, _NON_INFERIOR) if word in given]
    untested = [claim for claim in claims if WORDS[claim.status].basis == "mean"]
    told = " or ".join(word if word == _HOLD else f"{word} {source}" for word in words)
    shown = f"{good} of {len(claims)} claims {told or _HOLD}"
    if not untested:
        return shown
    consistent = sum(claim.tone == "weak" for claim in untested)
    seeds = "one seed" if all(c.trained == 1 for c in untested) else "too few seeds for a test"
    if not words:
        return f"{consistent} of {len(claims)} claims are consistent with {source} ({seeds})"
    verb, what = "is" if consistent == 1 else "are", source if words == [_HOLD] else "it"
    return f"{shown}; {consistent} {verb} consistent with {what} ({seeds})"


def _family(claim: ClaimRow) -> str | None:
    """What a claim was tested for; None where there was no test."""
    if WORDS[claim.status].basis == "bound":
        return _HOLD
    if is_tested(claim.status):
        return _NON_INFERIOR if claim.one_sided else _EQUIVALENT
    return None
