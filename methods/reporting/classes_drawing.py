"""IoU of each class with its interval, beside the authors' log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from methods.reporting.class_log import ClassLog
from methods.reporting.figures import INK, MUTED, VERMILLION, Drawing, new_figure, to_drawing
from methods.reporting.plots import WIDTH, percent_axis
from methods.reporting.reference_log import LABEL
from methods.reporting.tables import show_number
from methods.wording import one_line

_ROW, _SEED = 18, 8  # pixels of a class, and of each seed by each protocol in it
_STYLES = ((MUTED, "none"), (VERMILLION, VERMILLION))  # colour and face of the marks


@dataclass(frozen=True)
class ClassSeries:
    """IoU by class of one protocol.

    Attributes:
        label: the protocol's short name.
        points: float64 (seeds, K, 3), IoU and the ends of its 95 % interval over images, %; NaN
            where not defined.
    """

    label: str
    points: NDArray[np.float64]


def class_points(metrics: Mapping[str, Any]) -> list[list[float]]:
    """IoU of each class and the ends of its interval, as a metrics file has them."""
    return [
        [
            np.nan if value is None else value
            for value in (metrics["per_class"][name]["iou"], *metrics["iou_interval_95"][name])
        ]
        for name in metrics["classes"]
    ]


def draw_classes(
    name: str,
    title: str,
    classes: Sequence[str],
    series: Sequence[ClassSeries],
    log: ClassLog | None,
) -> Drawing:
    """Draw the classes from top to bottom, a mark with its interval for each protocol and seed.

    Args:
        name: of the drawing.
        title: what is scored.
        classes: names of the K labels.
        series: one or two; the last one stands for the run.
        log: the authors', drawn as diamonds in the middle of a row; None where there is none.
    """
    lines = sum(len(one.points) for one in series)
    with new_figure(WIDTH, 92 + (_ROW + _SEED * lines) * len(classes)) as figure:
        axes = figure.subplots()
        offsets = iter(_offsets(lines))
        for one, style in zip(series, _STYLES[-len(series) :], strict=True):
            for seed, points in enumerate(one.points):
                label = one_line(one.label) if seed == 0 else None
                _draw_seed(axes, points, next(offsets), style, label)
        if log is not None:
            _draw_log(axes, classes, log)
        axes.set_yticks(range(len(classes)), classes)
        axes.set_ylim(len(classes) - 0.5, -0.5)
        percent_axis(axes, "IoU (%)")
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside upper left",
            ncols=2,
            frameon=False,
            handletextpad=0.2,
        )
        return to_drawing(
            figure, name=name, title=title, description=_spoken(classes, series[-1], log)
        )


def _offsets(lines: int) -> list[float]:
    """Vertical places within a row, in rows, of each seed by each protocol."""
    step = _SEED / (_ROW + _SEED * lines)
    return [step * (number - (lines - 1) / 2) for number in range(lines)]


def _draw_seed(
    axes: Axes,
    points: NDArray[np.float64],
    offset: float,
    style: tuple[str, str],
    label: str | None,
) -> None:
    color, face = style
    rows = np.arange(len(points)) + offset
    value, low, high = points.T
    axes.hlines(rows, low, high, color, linewidth=1.5, zorder=2)
    (marks,) = axes.plot(value, rows, "o", markersize=6, color=color, zorder=3)
    marks.set_markerfacecolor(face)
    if label is not None:
        marks.set_label(label)


def _draw_log(axes: Axes, classes: Sequence[str], log: ClassLog) -> None:
    known = [(log.iou[name], row) for row, name in enumerate(classes) if name in log.iou]
    values, rows = zip(*known, strict=True) if known else ((), ())
    (marks,) = axes.plot(values, rows, "D", markersize=6, color=INK, zorder=4)
    marks.set_markerfacecolor("none")
    marks.set_label(f"{LABEL}, scale 1")


def _spoken(classes: Sequence[str], series: ClassSeries, log: ClassLog | None) -> str:
    """Mean IoU of every class by the protocol that stands for the run, and that of the log."""
    means = dict(zip(classes, series.points[..., 0].mean(axis=0).tolist(), strict=True))
    said = f"IoU, {one_line(series.label)}: {_listed(means)}."
    if log is None:
        return said
    known = {name: log.iou[name] for name in classes if name in log.iou}
    return f"{said} {LABEL}, scale 1: {_listed(known)}."


def _listed(values: Mapping[str, float]) -> str:
    return "; ".join(
        f"{name} {'not defined' if np.isnan(value) else show_number(value) + ' %'}"
        for name, value in values.items()
    )
