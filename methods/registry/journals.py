"""The journals of trainings that did not finish, kept beside the records of the attempts.

methods/training/recorder.py writes journal.unfinished.csv and copies it to journal.csv at the end.
No rule names the first, so Snakemake leaves it until the checkpoint is chosen; the next attempt
goes on with it, from a state that may lie before its end, or overwrites it. The second is a result,
which Snakemake removes before the training is made again: of a superseded training the record
stays, and its journal does not.
"""

import shutil
from pathlib import Path

from methods.data.files import atomic_path
from methods.registry.records import Attempt, read_attempts
from methods.training.unfinished import JOURNAL


def unfinished(journal: Path) -> Path:
    """Where a training writes its journal until it has finished."""
    return journal.with_name(JOURNAL)


def keep_journal(attempt: Attempt, journal: Path) -> None:
    """Copy the journal of an attempt that stopped, if it had begun one.

    Args:
        attempt: that did not finish.
        journal: what the rule calls the journal of a finished training.

    Raises:
        InputError: there is no room for the copy.
    """
    source = unfinished(journal)
    # An older file is of an attempt before, which this one ended too early to overwrite.
    if source.is_file() and source.stat().st_mtime >= attempt.started.timestamp():
        with atomic_path(attempt.kept_journal, source.stat().st_size) as copy:
            shutil.copyfile(source, copy)


def keep_journal_of_killed(folder: Path, journal: Path) -> None:
    """Before the next attempt overwrites it, keep what a killed one has written.

    Args:
        folder: of all attempts at the job.
        journal: what the rule calls the journal of a finished training.

    Raises:
        InputError: there is no room for the copy.
    """
    attempts, _ = read_attempts(folder)
    last = attempts[-1] if attempts else None
    if last is not None and last.outcome is None and not last.kept_journal.exists():
        keep_journal(last, journal)
