"""What each component is worth: every run beside the full one, ours beside the paper's."""

from dataclasses import dataclass
from statistics import fmean

from methods.errors import InputError
from methods.reporting.ablation_drawing import draw_deltas
from methods.reporting.ablation_runs import Comparison, Row, read_comparison
from methods.reporting.figures import Drawing
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table

_TASK_NOTES = {"segmentation": " Precision and recall are means over the labels."}


@dataclass(frozen=True)
class Ablation:
    """The section of the page.

    Attributes:
        table: one row a run.
        drawing: difference to the full run.
    """

    table: Table
    drawing: Drawing


def build_ablation(sources: ReportSources) -> Ablation | None:
    """Compare the runs of an experiment that says which of them is the full one; else None.

    Raises:
        InputError: the metric that is compared is not defined for a run.
    """
    compared = read_comparison(sources)
    return None if compared is None else Ablation(_table(compared), _draw(compared))


def _table(compared: Comparison) -> Table:
    names, metric = compared.names, compared.metric
    full = compared.rows[compared.full]
    best, known = full.mean(metric), full.published.get(metric)
    given = [key for key in names if any(key in row.published for row in compared.rows.values())]
    against = metric in full.published
    cells: list[list[Cell]] = [
        [
            name,
            len(row.scores[metric]),
            *(row.mean(key) for key in names),
            None if row is full else _difference(row.mean(metric), best),
            *(row.published.get(key) for key in given),
            *([None if row is full else _difference(row.published.get(metric), known)] * against),
        ]
        for name, row in compared.rows.items()
    ]
    columns = [
        Column("run", Kind.NAME),
        Column("seeds", Kind.COUNT),
        *(Column(f"{name} (%)", Kind.NUMBER) for name in names.values()),
        Column("difference (points)", Kind.SIGNED),
        *(Column(f"paper: {names[key]} (%)", Kind.NUMBER) for key in given),
        *([Column("paper: difference (points)", Kind.SIGNED)] * against),
    ]
    theirs = " here and to the paper's full method there" if against else ""
    worth = f"; {compared.one_image} points" if compared.one_image else ""
    caption = (
        f"Ablation, protocol {compared.protocol} on {compared.split}: mean over the seeds."
        f" Differences are in points of {names[metric]}, to the run {compared.full}{theirs}{worth}."
        f"{_TASK_NOTES.get(compared.task, '')}"
    )
    return build_table("ablation", caption, columns, cells)


def _draw(compared: Comparison) -> Drawing:
    metric, full = compared.metric, compared.rows[compared.full]
    values = {name: _defined(name, row, metric) for name, row in compared.rows.items()}
    whole, known = fmean(values.pop(compared.full)), full.published.get(metric)
    drawn = {
        name: (
            [value - whole for value in of_seeds],
            _difference(compared.rows[name].published.get(metric), known),
        )
        for name, of_seeds in values.items()
    }
    quantity = compared.names[metric]
    title = (
        f"{quantity} on {compared.split}, protocol {compared.protocol}: each run minus the run"
        f" {compared.full}"
    )
    unit = f"points; {compared.one_image}" if compared.one_image else "points"
    return draw_deltas("ablation-deltas", title, drawn, quantity, unit)


def _defined(name: str, row: Row, metric: str) -> list[float]:
    values = row.values(metric)
    if values is None:
        found = f"no value of {metric} in a seed of run {name}"
        raise InputError("ablation", found, "one in every seed", "name another `ablation.metric`")
    return values


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
