"""The runs of an ablation: what each scored, beside what the paper gives."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from methods.data.files import read_json
from methods.metric_names import COMPARED
from methods.reporting.sources import ReportSources, seeds_of
from methods.reporting.tables import show_number

_NAMES = {
    "miou": "mIoU",
    "mean_precision": "precision",
    "mean_accuracy": "recall",
    "top1_loc": "Top-1 Loc",
    "top5_loc": "Top-5 Loc",
    "gt_known": "GT-known",
    "top1_cls": "Top-1 cls",
}
_SHARES_OF_IMAGES = ("localization",)  # tasks whose metrics are shares of images
_OTHERS = ("top5_loc",)  # metrics that are shown only where they are compared


@dataclass(frozen=True)
class Row:
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
class Comparison:
    """What is compared.

    Attributes:
        rows: the runs by their names.
        full: name of the run with every component.
        names: of the metrics, by their keys; differences are of the first one.
        protocol: name of the protocol.
        split: that is scored.
        task: of the runs.
    """

    rows: Mapping[str, Row]
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


def read_comparison(sources: ReportSources) -> Comparison | None:
    """Read the runs of an experiment that says which of them is the full one; else None.

    Runs of another task and runs without the protocol are left out: they are of another kind.
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
            rows[name] = Row(scores, published.get(name, {}), images)
    return Comparison(rows, settings["full"], names, protocol, split, task)


def _names(task: str, metric: str | None) -> dict[str, str]:
    """The metrics of the table, the one that is compared first."""
    known = COMPARED[task]
    first = metric if metric is not None else known[0]
    shown = (first, *(name for name in known if name not in _OTHERS))
    return {name: _NAMES[name] for name in shown}


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
