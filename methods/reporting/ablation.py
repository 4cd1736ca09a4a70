"""What each component is worth: every run beside the full one, ours beside the paper's."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from methods.data.files import read_json
from methods.errors import InputError
from methods.reporting.ablation_drawing import draw_deltas
from methods.reporting.figures import Drawing
from methods.reporting.sources import ReportSources, seeds_of
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, show_number

_METRICS = {  # of each task; the first one is compared unless the experiment names another
    "segmentation": {"miou": "mIoU", "mean_precision": "precision", "mean_accuracy": "recall"},
    "localization": {"top1_loc": "Top-1 Loc", "gt_known": "GT-known", "top1_cls": "Top-1 cls"},
}
_TASK_NOTES = {"segmentation": " Precision and recall are means over the labels."}
_SHARES_OF_IMAGES = ("localization",)  # tasks whose metrics are shares of images
_OTHERS = {"top5_loc": "Top-5 Loc"}  # metrics that are shown only where they are compared


@dataclass(frozen=True)
class Ablation:
    """The section of the page.

    Attributes:
        table: one row a run.
        drawing: difference to the full run.
    """

    table: Table
    drawing: Drawing


@dataclass(frozen=True)
class _Row:
    """One run.

    Attributes:
        scores: of each metric one value a seed, %; None where it is not defined.
        published: the paper's value of each metric that it gives, %.
        images: that were scored.
    """

    scores: Mapping[str, list[float | None]]
    published: Mapping[str, float]
    images: int

    def values(self, metric: str) -> list[float] | None:
        """A metric of each seed, %; None where a seed has no value."""
        values = [value for value in self.scores[metric] if value is not None]
        return values if len(values) == len(self.scores[metric]) else None

    def mean(self, metric: str) -> float | None:
        """Mean over the seeds; None where a seed has no value."""
        values = self.values(metric)
        return None if values is None else fmean(values)


@dataclass(frozen=True)
class _Comparison:
    """What is compared.

    Attributes:
        rows: the runs by their names.
        full: name of the run with every component.
        names: of the metrics, by their keys; differences are of the first one.
        protocol: name of the protocol.
        split: that is scored.
        task: of the runs.
    """

    rows: Mapping[str, _Row]
    full: str
    names: Mapping[str, str]
    protocol: str
    split: str
    task: str

    @property
    def metric(self) -> str:
        """The key of the metric that is compared."""
        return next(iter(self.names))

    @property
    def one_image(self) -> str | None:
        """What one image is worth, in words; None where the metric is no share of images."""
        if self.task not in _SHARES_OF_IMAGES:
            return None
        return f"one image is {show_number(100 / self.rows[self.full].images)}"


def build_ablation(sources: ReportSources) -> Ablation | None:
    """Compare the runs of an experiment that says which of them is the full one; else None.

    Runs of another task and runs without the protocol are left out: they are of another kind.

    Raises:
        InputError: the metric that is compared is not defined for a run.
    """
    settings = sources.settings.get("ablation")
    if settings is None:
        return None
    protocol, split = settings["protocol"], settings["split"]
    task = sources.settings["runs"][settings["full"]]["task"]
    names = _names(task, settings.get("metric"))
    published = _published(sources, protocol, split)
    rows = {}
    for name, seeds in seeds_of(sources.runs).items():
        same = sources.settings["runs"][name]["task"] == task
        if same and (split, protocol) in seeds[0].scored():
            found = [read_json(seed.metrics(split, protocol)) for seed in seeds]
            scores = {metric: [document[metric] for document in found] for metric in names}
            images = found[0]["coverage"]["evaluated"]
            rows[name] = _Row(scores, published.get(name, {}), images)
    compared = _Comparison(rows, settings["full"], names, protocol, split, task)
    return Ablation(_table(compared), _draw(compared))


def _names(task: str, metric: str | None) -> dict[str, str]:
    """The metrics of the table, the one that is compared first."""
    known = _METRICS[task]
    first = metric if metric is not None else next(iter(known))
    return {first: {**known, **_OTHERS}[first], **known}


def _published(sources: ReportSources, protocol: str, split: str) -> dict[str, dict[str, float]]:
    """The published value of each run and metric, from the claims."""
    found: dict[str, dict[str, float]] = {}
    for entry in read_json(sources.verdicts)["verdicts"]:
        quantity = entry["quantity"]
        if entry["bound"]["kind"] != "published" or quantity is None or entry["minus"] is not None:
            continue
        if (quantity.get("protocol"), quantity["split"]) == (protocol, split):
            named = found.setdefault(quantity["run"], {})
            named[quantity["metric"]] = entry["bound"]["value"]
    return found


def _table(compared: _Comparison) -> Table:
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


def _draw(compared: _Comparison) -> Drawing:
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


def _defined(name: str, row: _Row, metric: str) -> list[float]:
    values = row.values(metric)
    if values is None:
        found = f"no value of {metric} in a seed of run {name}"
        raise InputError("ablation", found, "one in every seed", "name another `ablation.metric`")
    return values


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
