"""Trainings that came to an end, whether or not a page shows them."""

from collections.abc import Collection
from pathlib import Path

from methods.layout import TRAINING_RULE
from methods.registry.records import Attempt, read_attempts
from methods.rehearsal import MARK


def unshown_trainings(registry: Path, shown: Collection[tuple[str, str]]) -> list[Attempt]:
    """The last finished attempt at each training that is not among those shown.

    Whoever trains more seeds than a page shows could show the best ones: a finished training stays
    in the registry when its seed or its run leaves the configuration. Rehearsals are no trainings.

    Args:
        registry: of an experiment; there is none before the first attempt.
        shown: run and seed of each training that a page is made of.
    """
    attempts, _ = read_attempts(registry / TRAINING_RULE)
    finished = {
        run_and_seed(attempt): attempt for attempt in attempts if attempt.outcome == "finished"
    }
    return [
        attempt
        for (run, seed), attempt in sorted(finished.items())
        if MARK not in attempt.job and (run, seed) not in shown
    ]


def run_and_seed(attempt: Attempt) -> tuple[str, str]:
    """Which training an attempt was at; what its record does not say is empty."""
    return attempt.wildcards.get("run", ""), attempt.wildcards.get("seed", "")
