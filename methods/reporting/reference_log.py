"""The authors' training log, which curves are drawn beside."""

from pathlib import Path

import pandas as pd

from methods.data.files import unreadable
from methods.errors import InputError
from methods.reporting.deviations import data_format
from methods.reporting.sources import ReferenceLog, ReportSources

LABEL = "authors' log"
_SCORES = "miou_"  # of a map, in the validations of the log
_NEEDED = {"dataset", "line", "iteration"}


def log_of(sources: ReportSources, run: str) -> ReferenceLog | None:
    """The authors' log, where it is about data of the run's format."""
    log = sources.reference_log
    of_run = data_format(sources.settings, sources.settings["runs"][run])
    return log if log is not None and log.dataset == of_run else None


def read_reference_log(path: Path, dataset: str) -> pd.DataFrame:
    """Read what the log says of one data set, by ascending iteration.

    Columns are `iteration`, the losses by the names of the journal, and `miou_<map>` in percent
    where the log has a validation. Where a training was resumed the log has an iteration twice;
    the later line counts.

    Raises:
        InputError: the file is no such table, or has no line of the data set.
    """
    remedy = "name the file of the log in `reference_log`"
    try:
        log = pd.read_csv(path)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(path, "no table", "a CSV file", remedy) from error
    if not set(log.columns) >= _NEEDED:
        raise InputError(path, "a table of other columns", ", ".join(sorted(_NEEDED)), remedy)
    log = log[log["dataset"] == dataset].sort_values("line")
    if log.empty:
        raise InputError(path, f"no line of {dataset}", "at least one", remedy)
    log = log.drop_duplicates("iteration", keep="last").sort_values("iteration")
    return log.drop(columns=["dataset", "line"]).reset_index(drop=True)


def validated(log: pd.DataFrame, map_: str) -> pd.DataFrame:
    """The lines of the log that score a map, as columns `iteration` and `miou`."""
    name = f"{_SCORES}{map_}"
    if name not in log:
        return pd.DataFrame({"iteration": [], "miou": []})
    return log[["iteration", name]].dropna().rename(columns={name: "miou"})
