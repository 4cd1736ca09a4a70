"""Curves by iteration, a line a seed and the authors' log beside them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from methods.reporting.curve_drawing import draw_curves
from methods.reporting.figures import LINE_WIDTH, REFERENCE, Drawing, css_color, line_styles
from methods.reporting.journal_units import journal_unit
from methods.reporting.journals import read_journals
from methods.reporting.method_words import method_words
from methods.reporting.plots import Curve
from methods.reporting.reference_log import LABEL, validated
from methods.reporting.residuals import lines_before
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.validation import MAP_NAMES, read_validations
from methods.yaml_files import read_yaml

_BELOW = "Below, where a run has come to an iteration of the log: ours minus the log"


@dataclass(frozen=True)
class LegendLine:
    """A line of the drawings and what it stands for.

    Attributes:
        label: the seed, or the authors' log.
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
    """Curves of one run.

    Attributes:
        title: heading.
        text: how to read them.
        legend: one a seed, and one of the authors' log; empty for a single line.
        drawings: one a quantity.
    """

    title: str
    text: str
    legend: tuple[LegendLine, ...]
    drawings: tuple[Drawing, ...]


def draw_validations(
    run: str, seeds: Sequence[SegmentationSources], log: pd.DataFrame | None
) -> CurveGroup:
    """Draw the mIoU of every map by iteration, as the validation within the training has it.

    Args:
        run: name of the run.
        seeds: the run with each seed.
        log: the authors', if it is of the run's data set.

    Raises:
        InputError: a validation is broken or covers a part of its split.
    """
    read = [(_label(source), read_validations(source, source.curve_split)) for source in seeds]
    at = np.array(seeds[0].iterations)
    drawings = []
    for key, title in MAP_NAMES.items():
        curves = [
            Curve(label, at, np.array([document["miou"][key] for document in documents]))
            for label, documents in read
        ]
        known = None if log is None else _reference(validated(log, key), "miou")
        name = f"validation-{run}-{key}"
        drawings.append(draw_curves(name, title, "mIoU (%)", curves, [], known))
    split = seeds[0].curve_split
    text = f"mIoU on {split} of every checkpoint, scored as in the table above."
    if log is not None:
        text += f" Dashed: the authors' log. {_BELOW}."
    legend = _legend([label for label, _ in read], log is not None)
    return CurveGroup(f"Run {run}: mIoU by iteration", text, legend, tuple(drawings))


def draw_journals(
    run: str, seeds: Sequence[RunSources], log: pd.DataFrame | None = None
) -> CurveGroup:
    """Draw every column of the journals of one run, a line a seed; the titles are the method's.

    Args:
        run: name of the run.
        seeds: the run with each seed.
        log: the authors', if it is of the run's data set.

    Raises:
        InputError: a journal is broken, has not one row an iteration, or other columns than that of
            the first seed.
    """
    journals = [*zip(map(_label, seeds), read_journals(seeds), strict=True)]
    marks = read_yaml(seeds[0].resolved)["derived"]["marks"]
    titles = method_words(seeds[0].method).TITLES
    drawings = tuple(
        draw_curves(
            f"curve-{run}-{column}",
            titles.get(column, column),
            journal_unit(column),
            [
                Curve(label, journal["iteration"].to_numpy(), journal[column].to_numpy(float))
                for label, journal in journals
            ],
            [iteration for iteration, _ in marks],
            None if log is None else _reference(log, column, means=True),
        )
        for column in map(str, journals[0][1])
        if column not in ("iteration", "epoch")
    )
    text = (
        "Each loss before its weight, the total with the weights, and what else was written down."
    )
    if marks:
        changes = "; ".join(f"{iteration}, {change}" for iteration, change in marks)
        text += f" Dotted lines: {changes}."
    if log is not None:
        text += f" Dashed: the authors' log, the mean since its last line. {_BELOW}, as such means."
    legend = _legend([label for label, _ in journals], log is not None)
    return CurveGroup(f"Run {run}: losses and rates by iteration", text, legend, drawings)


def _label(source: RunSources) -> str:
    return f"seed {source.seed}"


def _reference(log: pd.DataFrame, column: str, *, means: bool = False) -> Curve | None:
    """A column of the log; None where it has no such column or no value in it.

    Args:
        log: the authors'.
        column: its name.
        means: whether a line has the mean since the line before.
    """
    if column not in log or log[column].isna().all():
        return None
    kept = log[column].notna().to_numpy()
    at = log["iteration"].to_numpy()
    since = lines_before(at)[kept] if means else None
    return Curve(LABEL, at[kept], log[column].to_numpy(float)[kept], since)


def _legend(labels: Sequence[str], with_log: bool) -> tuple[LegendLine, ...]:
    styles = [*zip(labels, line_styles(len(labels)), strict=True)]
    styles += [(LABEL, REFERENCE)] if with_log else []
    if len(styles) == 1:
        return ()
    return tuple(
        LegendLine(
            label, css_color(color), LINE_WIDTH, " ".join(f"{LINE_WIDTH * d:g}" for d in dashes)
        )
        for label, (color, dashes) in styles
    )
