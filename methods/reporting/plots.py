"""The plots of the page: the ladder and IoU by class; and what a curve is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from methods.reporting.figures import (
    BLUE,
    INK,
    MUTED,
    RULE,
    VERMILLION,
    Drawing,
    new_figure,
    to_drawing,
)
from methods.reporting.tables import show_number

WIDTH = 400  # pixels; at 380 the text is still readable
RUNG, _SEED = 26, 8  # pixels of a row, and of each seed in it


@dataclass(frozen=True)
class Rung:
    """One mark of the ladder.

    Attributes:
        label: the protocol or the control, in one or two lines.
        points: (mIoU, low, high) with the 95 % interval over images, %; one a seed.
    """

    label: str
    points: tuple[tuple[float, float, float], ...]

    @property
    def mean(self) -> float:
        """Mean mIoU over the seeds, %."""
        return fmean(value for value, _, _ in self.points)


@dataclass(frozen=True)
class Curve:
    """A quantity by iteration.

    Attributes:
        label: the seed, or whose it is.
        iterations: int64 (n,).
        values: float64 (n,).
        since: int64 (n,), how many iterations were done where the mean that a value is begins;
            None where each value is of its iteration alone.
    """

    label: str
    iterations: NDArray[np.int64]
    values: NDArray[np.float64]
    since: NDArray[np.int64] | None = None


def draw_ladder(name: str, title: str, rungs: Sequence[Rung], *, control: bool) -> Drawing:
    """Draw mIoU with its interval, one row a rung, from top to bottom.

    Args:
        name: of the drawing.
        title: what is scored.
        rungs: at least one.
        control: whether these are controls, which are drawn in grey diamonds.
    """
    color, marker, size = (MUTED, "D", 6) if control else (BLUE, "o", 7)
    seeds = max(len(rung.points) for rung in rungs)
    with new_figure(WIDTH, 54 + (RUNG + _SEED * seeds) * len(rungs)) as figure:
        axes = figure.subplots()
        for row, rung in enumerate(rungs):
            for offset, (value, low, high) in zip(_spread(rung), rung.points, strict=True):
                axes.plot((low, high), (row + offset,) * 2, color=color, linewidth=2.5, zorder=2)
                axes.plot(value, row + offset, marker, markersize=size, color=color, zorder=3)
            axes.annotate(
                show_number(rung.mean),
                (rung.mean, row - abs(_spread(rung)[0])),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center" if rung.mean < 92 else "right",
                color=INK,
                fontsize=11,
            )
        axes.set_yticks(range(len(rungs)), [rung.label for rung in rungs])
        axes.set_ylim(len(rungs) - 0.5, -0.75)
        _percent_axis(axes, "mIoU (%)")
        spoken = "; ".join(
            f"{label} {show_number(value)} % ({show_number(low)} to {show_number(high)})"
            for label, rung in zip([_spoken(rung.label) for rung in rungs], rungs, strict=True)
            for value, low, high in rung.points
        )
        return to_drawing(figure, name=name, title=title, description=f"mIoU: {spoken}.")


def _spread(rung: Rung) -> list[float]:
    """Vertical offsets, in rows, that keep the seeds of one rung apart and within it."""
    seeds = len(rung.points)
    step = _SEED / (RUNG + _SEED * seeds)
    return [step * (number - (seeds - 1) / 2) for number in range(seeds)]


def draw_classes(
    name: str, title: str, classes: Sequence[str], series: Mapping[str, NDArray[np.float64]]
) -> Drawing:
    """Draw IoU of each class by one protocol or by two, joined by a line.

    Args:
        name: of the drawing.
        title: what is scored.
        classes: names of the K labels.
        series: float64 (seeds, K), %, NaN where not defined, by the protocol's short name; the
            last one stands for the run.
    """
    styles = ((MUTED, "none"), (VERMILLION, VERMILLION))[-len(series) :]
    with new_figure(WIDTH, 78 + 26 * len(classes)) as figure:
        axes = figure.subplots()
        rows = np.arange(len(classes))
        means = [values.mean(axis=0) for values in series.values()]
        axes.hlines(rows, means[0], means[-1], color=RULE, linewidth=3, zorder=1)
        for (label, values), (color, face) in zip(series.items(), styles, strict=True):
            lines = axes.plot(values.T, rows, "o", markersize=7, color=color, markerfacecolor=face)
            lines[0].set_label(_spoken(label))
        axes.set_yticks(rows, classes)
        axes.set_ylim(len(classes) - 0.4, -0.6)
        _percent_axis(axes, "IoU (%)")
        figure.legend(
            *axes.get_legend_handles_labels(),
            loc="outside upper left",
            ncols=2,
            frameon=False,
            handletextpad=0.2,
        )
        spoken = "; ".join(
            f"{label} {'not defined' if np.isnan(value) else show_number(value) + ' %'}"
            for label, value in zip(classes, means[-1], strict=True)
        )
        protocol = _spoken(list(series)[-1])
        return to_drawing(figure, name=name, title=title, description=f"IoU, {protocol}: {spoken}.")


def _spoken(label: str) -> str:
    """A label of two lines in one."""
    return label.replace("\n", ", ")


def _percent_axis(axes: Axes, label: str) -> None:
    axes.set_xlim(-2, 102)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel(label, fontsize=11)
    bare(axes)


def bare(axes: Axes) -> None:
    """Rows are told by their labels: no axis line at the left, a grid for the values."""
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
