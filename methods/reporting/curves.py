"""The journals of a run's seeds, as one small drawing a column."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from methods.data.files import read_fields, unreadable
from methods.errors import InputError
from methods.reporting.figures import LINE_WIDTH, Drawing, css_color, line_styles
from methods.reporting.plots import Curve, draw_curves
from methods.reporting.sources import RunSources
from methods.yaml_files import read_yaml

_TITLES = {
    "total": "total",
    "cls": "classification",
    "cls_aux": "auxiliary classification",
    "attri": "class-token contrast",
    "cre": "CRE",
    "ure": "URE",
    "ptc": "PTC",
    "seg": "segmentation",
    "reg": "energy regulariser",
    "lr_encoder": "learning rate, encoder",
    "lr_heads": "learning rate, heads",
    "images_per_second": "images a second",
    "data_wait_seconds": "wait for data (s)",
}


@dataclass(frozen=True)
class LegendLine:
    """A line of the drawings and what it stands for.

    Attributes:
        label: the seed.
        color: CSS colour.
        width: CSS pixels.
        dashes: SVG's stroke-dasharray, pixels; empty for a solid line.
    """

    label: str
    color: str
    width: float
    dashes: str


@dataclass(frozen=True)
class CurveGroup:
    """The curves of one run.

    Attributes:
        title: heading.
        text: how to read them.
        legend: one a seed; empty for a single seed.
        drawings: one a journal column.
    """

    title: str
    text: str
    legend: tuple[LegendLine, ...]
    drawings: tuple[Drawing, ...]


def draw_journals(run: str, seeds: Sequence[RunSources]) -> CurveGroup:
    """Draw every column of the journals of one run, a line a seed.

    Raises:
        InputError: a journal is broken, or has not one row an iteration.
    """
    journals = [(f"seed {source.seed}", _read(source)) for source in seeds]
    marks = read_yaml(seeds[0].resolved)["derived"]["marks"]
    drawings = tuple(
        draw_curves(
            f"curve-{run}-{column}",
            _TITLES.get(column, column),
            [
                Curve(label, journal["iteration"].to_numpy(), journal[column].to_numpy(float))
                for label, journal in journals
            ],
            [iteration for iteration, _ in marks],
        )
        for column in journals[0][1].columns.drop("iteration")
    )
    text = (
        "Each loss before its weight, and the weighted total, by iteration: mean of a bin, with"
        " its range behind."
    )
    if marks:
        changes = "; ".join(f"{iteration}, {change}" for iteration, change in marks)
        text += f" Dotted lines: {changes}."
    legend = _legend([label for label, _ in journals]) if len(journals) > 1 else ()
    return CurveGroup(f"{run}: the journal", text, legend, drawings)


def _legend(labels: Sequence[str]) -> tuple[LegendLine, ...]:
    return tuple(
        LegendLine(
            label, css_color(color), LINE_WIDTH, " ".join(f"{LINE_WIDTH * d:g}" for d in dashes)
        )
        for label, (color, dashes) in zip(labels, line_styles(len(labels)), strict=True)
    )


def _read(source: RunSources) -> pd.DataFrame:
    remedy = "delete it and run again, which trains again"
    iterations = read_fields(source.done, {"iterations": int})["iterations"]
    try:
        journal = pd.read_csv(source.journal)
    except OSError as error:
        raise unreadable(source.journal, error) from error
    except ValueError as error:  # pandas' errors of an empty file and of a row too long are such
        raise InputError(source.journal, "no table", "a CSV file", remedy) from error
    if len(journal) != iterations:
        expected = f"{iterations}, the iterations of {source.done.name}"
        raise InputError(source.journal, f"{len(journal)} rows", expected, remedy)
    if "iteration" not in journal or journal.select_dtypes("number").shape != journal.shape:
        expected = "columns of numbers, `iteration` among them"
        raise InputError(source.journal, "a table of other columns", expected, remedy)
    return journal
