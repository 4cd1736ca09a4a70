"""What became of each attempt, told from all attempts at the same job."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from methods.registry.records import Attempt

NO_END = "No end was recorded: it was killed, or had not ended when this was written."


class Outcome(NamedTuple):
    """An attempt, what became of it (finished, failed, interrupted, superseded), and why."""

    attempt: Attempt
    kind: str
    reason: str | None


def outcomes(attempts: Iterable[Attempt]) -> list[Outcome]:
    """What became of attempts, in their order.

    An attempt that finished is superseded by the next at the same job, however that one ended: its
    results are removed before the next begins.

    Args:
        attempts: by their start.
    """
    ordered = list(attempts)
    of_job: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in ordered:
        of_job.setdefault((attempt.rule, attempt.job), []).append(attempt)
    following = {
        first.file: second for group in of_job.values() for first, second in pairwise(group)
    }
    return [_outcome(attempt, following.get(attempt.file)) for attempt in ordered]


def _outcome(attempt: Attempt, following: Attempt | None) -> Outcome:
    if attempt.outcome is None:
        return Outcome(attempt, "interrupted", NO_END)
    if attempt.outcome == "finished" and following is not None:
        return Outcome(attempt, "superseded", _why(attempt, following))
    return Outcome(attempt, attempt.outcome, attempt.reason)


def _why(attempt: Attempt, following: Attempt) -> str:
    """What differs in the attempt that came after."""
    pairs = (
        ("settings", attempt.settings != following.settings),
        ("code", attempt.code != following.code),
    )
    changed = " and ".join(name for name, differs in pairs if differs)
    if changed:
        return f"Made again with other {changed}."
    return "Made again with the same settings and code: other input, or because it was asked for."
