"""The IoU of each class in the authors' training log."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from methods.data.files import unreadable
from methods.errors import InputError
from methods.protocols import Protocol
from methods.reporting.reference_log import log_of
from methods.reporting.sources import ReportSources

_NEEDED = {"dataset", "iteration", "class", "iou_decoder"}


@dataclass(frozen=True)
class ClassLog:
    """What the decoder reaches at the end of the log: at one scale, without flip and CRF.

    Attributes:
        iteration: the last one of the log.
        iou: of each class and the background, percent, by its name.
    """

    iteration: int
    iou: Mapping[str, float]


def class_log_of(sources: ReportSources, run: str) -> ClassLog | None:
    """The classes of the authors' log, where it has them and is about data of the run's format."""
    log = log_of(sources, run)
    if log is None or log.classes is None:
        return None
    return read_class_log(log.classes, log.dataset)


def read_class_log(path: Path, dataset: str) -> ClassLog:
    """Read what the log says of one data set.

    Raises:
        InputError: the file is no such table, or has no line of the data set.
    """
    remedy = "name the file of the log's classes in `reference_log`"
    try:
        log = pd.read_csv(path, dtype={"iteration": int, "iou_decoder": float})
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(path, "no such table", "a CSV file of numbers", remedy) from error
    if not set(log.columns) >= _NEEDED:
        raise InputError(path, "a table of other columns", ", ".join(sorted(_NEEDED)), remedy)
    log = log[log["dataset"] == dataset]
    if log.empty:
        raise InputError(path, f"no line of {dataset}", "at least one", remedy)
    last = int(log["iteration"].max())
    lines = log[log["iteration"] == last]
    return ClassLog(last, dict(zip(lines["class"], lines["iou_decoder"].tolist(), strict=True)))


def as_logged(protocol: Protocol) -> bool:
    """Whether a protocol makes label maps as the validation in the log does."""
    plain = not protocol.flip and not protocol.crf and protocol.resize == "square"
    return protocol.of_decoder and plain and protocol.scales == (1.0,)
