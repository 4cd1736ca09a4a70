"""The table of the classes, beside the authors' log."""

from collections.abc import Mapping, Sequence

from methods.data.files import read_json
from methods.reporting.class_log import ClassLog, as_logged
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.reporting.told_once import told_once

_SCORES = ("precision", "recall", "confusion_ratio")
_LOG = (Column("authors' log (%)", Kind.NUMBER), Column("ours \u2212 log (points)", Kind.SIGNED))


def classes_table(
    runs: Sequence[SegmentationSources], logs: Mapping[str, ClassLog | None]
) -> Table:
    """Scores of each class by the first protocol of the decoder and the one that stands for a run.

    Args:
        runs: every run with every seed.
        logs: of each run the classes of the authors' log, if it is about such data. It stands
            beside the protocol that makes label maps as the log's validation does.
    """
    known = {log.iteration: log for log in logs.values() if log is not None}
    rows = [row for run in runs for row in _rows(run, logs[run.run], with_log=bool(known))]
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("protocol", Kind.NAME),
        Column("class", Kind.NAME),
        Column("IoU (%)", Kind.NUMBER),
        Column("95 % low", Kind.LOW),
        Column("95 % high", Kind.HIGH),
        *(_LOG if known else ()),
        Column("precision (%)", Kind.NUMBER),
        Column("recall (%)", Kind.NUMBER),
        Column("confusion ratio", Kind.NUMBER),
    ]
    caption = (
        "Classes by the first protocol of the decoder and by the one that stands for the run, with"
        " bootstrap intervals over images. Confusion ratio: false positives per true positive."
    )
    for iteration in known:
        caption += (
            f" The authors' log is that of iteration {iteration}, its last, and stands beside the"
            " protocol that it was made by: one scale, no flip, no CRF."
        )
    return told_once(build_table("classes", caption, columns, rows), 2)


def _rows(run: SegmentationSources, log: ClassLog | None, *, with_log: bool) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for protocol in run.compared:
        metrics = read_json(run.metrics(run.split, protocol))
        logged = log.iou if log is not None and as_logged(run.protocols[protocol]) else {}
        for name in metrics["classes"]:
            scores = metrics["per_class"][name]
            row = [run.run, run.seed, protocol, name, scores["iou"]]
            row += metrics["iou_interval_95"][name]
            row += _beside(scores["iou"], logged.get(name)) if with_log else []
            rows.append([*row, *(scores[key] for key in _SCORES)])
    return rows


def _beside(ours: float | None, log: float | None) -> list[Cell]:
    """What the log has, and how far ours is above it."""
    return [log, None if ours is None or log is None else ours - log]
