"""The ladder, what a curve is, and what drawings of rows have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from methods.reporting.figures import (
    BLUE,
    INK,
    MUTED,
    Drawing,
    new_figure,
    to_drawing,
)
from methods.reporting.tables import show_number
from methods.wording import one_line

WIDTH = 400  # pixels; at 380 the text is still readable
RUNG, _SEED, _LINE = 26, 8, 14  # pixels of a row, of each seed in it, of a line of its label


@dataclass(frozen=True)
class Rung:
    """One mark of the ladder.

    Attributes:
        label: the protocol or the control, in one to three lines.
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
    lines = max(rung.label.count("\n") + 1 for rung in rungs)
    height = max(RUNG + _SEED * seeds, _LINE * lines + _SEED)
    with new_figure(WIDTH, 54 + height * len(rungs)) as figure:
        axes = figure.subplots()
        for row, rung in enumerate(rungs):
            for offset, (value, low, high) in zip(_spread(rung, height), rung.points, strict=True):
                axes.plot((low, high), (row + offset,) * 2, color=color, linewidth=2.5, zorder=2)
                axes.plot(value, row + offset, marker, markersize=size, color=color, zorder=3)
            axes.annotate(
                show_number(rung.mean),
                (rung.mean, row - abs(_spread(rung, height)[0])),
                xytext=(0, 8),
                textcoords="offset points",
                ha="center" if rung.mean < 92 else "right",
                color=INK,
                fontsize=11,
            )
        axes.set_yticks(range(len(rungs)), [rung.label for rung in rungs])
        axes.set_ylim(len(rungs) - 0.5, -0.75)
        percent_axis(axes, "mIoU (%)")
        spoken = "; ".join(
            f"{one_line(rung.label)} {show_number(value)} %"
            f" ({show_number(low)} to {show_number(high)})"
            for rung in rungs
            for value, low, high in rung.points
        )
        return to_drawing(figure, name=name, title=title, description=f"mIoU: {spoken}.")


def _spread(rung: Rung, height: int) -> list[float]:
    """Vertical offsets, in rows of a height in pixels, that keep the seeds of one rung apart."""
    seeds = len(rung.points)
    step = _SEED / height
    return [step * (number - (seeds - 1) / 2) for number in range(seeds)]


def seeds_note(seeds: int) -> str:
    """What the marks and the numbers of a drawing are where there are several seeds."""
    return "; a mark a seed, numbers are their means" if seeds > 1 else ""


def percent_axis(axes: Axes, label: str) -> None:
    """Percent to the right, a row for each label."""
    axes.set_xlim(-2, 102)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel(label, fontsize=11)
    bare(axes)


def bare(axes: Axes) -> None:
    """Rows are told by their labels: no axis line at the left, a grid for the values."""
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
