"""The journals of a run's seeds, as one small drawing a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from methods.errors import InputError
from methods.reporting.figures import Drawing
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
class CurveGroup:
    """The curves of one run.

    Attributes:
        title: heading.
        text: how to read them.
        legend: (seed, CSS colour) of each line; empty for a single seed.
        drawings: one a journal column.
    """

    title: str
    text: str
    legend: tuple[tuple[str, str], ...]
    drawings: tuple[Drawing, ...]


def draw_journals(run: str, seeds: Sequence[RunSources]) -> CurveGroup:
    """Draw every column of the journals of one run, a line a seed.

    Raises:
        InputError: a journal has no rows.
    """
    journals = [(f"seed {source.seed}", _read(source)) for source in seeds]
    losses = read_yaml(seeds[0].resolved)["training"]["losses"]
    marks = _marks(losses)
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
    changes = "; ".join(f"{iteration}, {change}" for iteration, change in marks)
    text = (
        "Each loss before its weight, and the weighted total, by iteration: mean of a bin, with"
        f" its range behind. Dotted lines: {changes}."
    )
    labels = [label for label, _ in journals] if len(journals) > 1 else []
    legend = tuple((label, f"var(--series-{k})") for k, label in enumerate(labels, 1))
    return CurveGroup(f"{run}: the journal", text, legend, drawings)


def _read(source: RunSources) -> pd.DataFrame:
    journal = pd.read_csv(source.journal)
    if journal.empty:
        raise InputError(
            source.journal, "no row", "one row an iteration", "delete it and train again"
        )
    return journal


def _marks(losses: dict[str, Any]) -> list[tuple[int, str]]:
    return [
        (losses["seg_start"], "segmentation and regulariser begin to count"),
        (losses["mask_switch"], "CRE and URE turn from the auxiliary CAM to the CAM"),
    ]
