"""How many claims came out well: the headline of the page, and the tally below it."""

from collections import Counter
from collections.abc import Sequence

from methods.reporting.claim_rows import ClaimRow
from methods.reporting.seed_words import of_seeds
from methods.reporting.verdict_words import ORDER, WORDS, Tone, is_tested
from methods.wording import counted

_TESTED = {False: "equivalent", True: "non-inferior"}  # by whether one side alone counts
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
    others = [claim for claim in claims if not claim.control and not claim.calibration]
    parts = [_came_out(others), _controls(controls), _calibrations(given)]
    if given and not others:
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
    return f"{_share(claims, 'good', 'control')} {_hold(claims)}" if claims else ""


def _calibrations(claims: Sequence[ClaimRow]) -> str:
    """How many claims are about given checkpoints; empty where none is."""
    verb = "are calibrations" if len(claims) > 1 else "is a calibration"
    return f"{len(claims)} more {verb}" if claims else ""


def _came_out(claims: Sequence[ClaimRow]) -> str:
    """How many claims came out well: on publications, on the report of a re-run, on the pipeline.

    A claim about the pipeline never counts in a number that is told of a publication.
    """
    published = [claim for claim in claims if claim.of_publication]
    groups = {of: [c for c in published if c.of_report == of] for of in _SOURCES}
    told = [_compared(group, _SOURCES[of]) for of, group in groups.items() if group]
    own = [claim for claim in claims if not claim.of_publication]
    if own:
        about = f"{_share(own, 'good', 'claim')} about the pipeline {_hold(own)}"
        told.append(about if groups[False] else f"{about}, none is about a paper")
    return "; ".join(told)


def _share(claims: Sequence[ClaimRow], tone: Tone, noun: str) -> str:
    """Such as "2 of 3 claims"."""
    return f"{sum(claim.tone == tone for claim in claims)} of {counted(len(claims), noun)}"


def _hold(claims: Sequence[ClaimRow]) -> str:
    return "holds" if len(claims) == 1 else "hold"


def _compared(claims: Sequence[ClaimRow], source: str) -> str:
    """What was shown comes first; what is only consistent is no part of that number."""
    tested = {c.one_sided for c in claims if is_tested(c.status)}
    words = [word for one_sided, word in _TESTED.items() if one_sided in tested]
    are = "is" if len(claims) == 1 else "are"
    shown = f"{_share(claims, 'good', 'claim')} {are} {' or '.join(words)} to {source}"
    untested = [claim for claim in claims if WORDS[claim.status].basis == "mean"]
    if not untested:
        return shown if words else f"{_share(claims, 'good', 'claim')} about {source} {are} met"
    seeds = of_seeds(1) if all(c.trained == 1 for c in untested) else "too few seeds for a test"
    if not words:
        return f"{_share(claims, 'weak', 'claim')} {are} consistent with {source} ({seeds})"
    consistent = sum(claim.tone == "weak" for claim in untested)
    verb = "is" if consistent == 1 else "are"
    return f"{shown}; {consistent} {verb} consistent with it ({seeds})"
