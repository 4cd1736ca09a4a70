"""What each component is worth: every run beside the full one, ours beside the paper's."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from methods.data.files import read_json
from methods.reporting.figures import Drawing
from methods.reporting.plots import draw_deltas
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table

_METRICS = ("miou", "mean_precision", "mean_accuracy")


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
    """

    scores: Mapping[str, list[float | None]]
    published: Mapping[str, float]

    @property
    def mious(self) -> list[float]:
        """The mIoU of each seed, which is always defined, %."""
        return [value for value in self.scores["miou"] if value is not None]

    def mean(self, metric: str) -> float | None:
        """Mean over the seeds; None where a seed has no value."""
        values = [value for value in self.scores[metric] if value is not None]
        return fmean(values) if len(values) == len(self.scores[metric]) else None


def build_ablation(sources: ReportSources) -> Ablation | None:
    """Compare the runs of an experiment that says which of them is the full one; else None.

    Runs without the protocol are left out: they are of another kind.
    """
    settings = sources.settings.get("ablation")
    if settings is None:
        return None
    protocol, split = settings["protocol"], settings["split"]
    published = _published(sources, protocol, split)
    rows = {}
    for name, seeds in sources.seeds_of().items():
        if (split, protocol) in seeds[0].scored():
            found = [read_json(seed.metrics(split, protocol)) for seed in seeds]
            scores = {metric: [document[metric] for document in found] for metric in _METRICS}
            rows[name] = _Row(scores, published.get(name, {}))
    full = settings["full"]
    return Ablation(_table(rows, full, f"{protocol} on {split}"), _draw(rows, full, split))


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


def _table(rows: Mapping[str, _Row], full: str, protocol: str) -> Table:
    best = rows[full].mean("miou")
    known = rows[full].published.get("miou")
    cells: list[list[Cell]] = [
        [
            name,
            len(row.scores["miou"]),
            *(row.mean(metric) for metric in _METRICS),
            None if name == full else _difference(row.mean("miou"), best),
            *(row.published.get(metric) for metric in _METRICS),
            None if name == full else _difference(row.published.get("miou"), known),
        ]
        for name, row in rows.items()
    ]
    columns = [
        Column("run", Kind.NAME),
        Column("seeds", Kind.COUNT),
        Column("mIoU (%)", Kind.NUMBER),
        Column("precision (%)", Kind.NUMBER),
        Column("recall (%)", Kind.NUMBER),
        Column("difference", Kind.SIGNED),
        Column("paper: mIoU (%)", Kind.NUMBER),
        Column("paper: precision (%)", Kind.NUMBER),
        Column("paper: recall (%)", Kind.NUMBER),
        Column("paper: difference", Kind.SIGNED),
    ]
    caption = (
        f"Ablation, protocol {protocol}: mean over the seeds. Differences are in points of mIoU, to"
        f" the run {full} here and to the paper's full method there. Precision and recall are means"
        " over the labels."
    )
    return build_table("ablation", caption, columns, cells)


def _draw(rows: Mapping[str, _Row], full: str, split: str) -> Drawing:
    whole, known = fmean(rows[full].mious), rows[full].published.get("miou")
    drawn = {
        name: (
            [value - whole for value in row.mious],
            _difference(row.published.get("miou"), known),
        )
        for name, row in rows.items()
        if name != full
    }
    title = f"mIoU on {split}, difference to {full}"
    return draw_deltas("ablation-deltas", title, drawn)


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
