"""The journals of trainings, as the page draws them."""

from collections.abc import Sequence

import pandas as pd

from methods.data.files import read_fields, unreadable
from methods.errors import InputError
from methods.reporting.run_sources import RunSources

_REMEDY = "delete it and run again, which trains again"


def read_journals(seeds: Sequence[RunSources]) -> list[pd.DataFrame]:
    """The journal of each seed of a run; all have the same columns.

    Raises:
        InputError: a journal is broken, has not one row an iteration, or other columns than that of
            the first seed.
    """
    journals = [_read(source) for source in seeds]
    for source, journal in zip(seeds, journals, strict=True):
        if set(journal) != set(journals[0]):
            expected = f"those of {seeds[0].journal}"
            raise InputError(source.journal, "a table of other columns", expected, _REMEDY)
    return journals


def _read(source: RunSources) -> pd.DataFrame:
    iterations = read_fields(source.done, {"iterations": int})["iterations"]
    try:
        journal = pd.read_csv(source.journal)
    except OSError as error:
        raise unreadable(source.journal, error) from error
    except ValueError as error:  # pandas' errors of an empty file and of a row too long are such
        raise InputError(source.journal, "no table", "a CSV file", _REMEDY) from error
    if len(journal) != iterations:
        expected = f"{iterations}, the iterations of {source.done.name}"
        raise InputError(source.journal, f"{len(journal)} rows", expected, _REMEDY)
    if "iteration" not in journal or journal.select_dtypes("number").shape != journal.shape:
        expected = "columns of numbers, `iteration` among them"
        raise InputError(source.journal, "a table of other columns", expected, _REMEDY)
    return journal
