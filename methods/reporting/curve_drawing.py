"""Curves by iteration, and below them ours minus the authors' log."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from methods.reporting.figures import MUTED, REFERENCE, Drawing, line_styles, new_figure, to_drawing
from methods.reporting.marks import prose
from methods.reporting.plots import Curve
from methods.reporting.residuals import residual

_BINS = 150  # points of a curve; more cannot be told apart at its width
_FEW = 30  # values of a curve, up to which each is marked
_WIDTH, _HEIGHT, _RESIDUAL = 300, 184, 90  # pixels


def draw_curves(
    name: str,
    title: str,
    unit: str,
    curves: Sequence[Curve],
    marks: Sequence[int],
    reference: Curve | None = None,
) -> Drawing:
    """Draw one quantity, a line a seed: the mean of each bin, its range behind it.

    Where a run has iterations of the reference, ours minus the reference is drawn below.

    Args:
        name: of the drawing.
        title: the quantity.
        unit: what the values are, beside their axis.
        curves: one for each seed.
        marks: iterations at which the objective changes.
        reference: what the authors published, as a dashed line.
    """
    left = [] if reference is None else [residual(curve, reference) for curve in curves]
    below = any(len(curve.values) for curve in left)
    with new_figure(_WIDTH, _HEIGHT + _RESIDUAL * below) as figure:
        panels = figure.subplots(
            1 + below, sharex=True, squeeze=False, height_ratios=[5, 3] if below else [1]
        )[:, 0]
        _draw_values(panels[0], curves)
        _make_room(panels[0], curves)
        panels[0].set_ylabel(unit)
        if reference is not None:
            _draw_reference(panels[0], reference)
        if below:
            _draw_residuals(panels[1], left)
        for axes in panels:
            _scale(axes, marks)
        panels[0].margins(x=0.01 if len(curves[0].values) > _FEW else 0.04)
        panels[-1].set_xlabel("iteration")
        figure.align_ylabels(panels)
        return to_drawing(
            figure, name=name, title=title, description=_spoken(title, curves, reference, below)
        )


def summarise_curve(curve: Curve) -> tuple[NDArray[np.float64], ...]:
    """Iteration, least, mean and largest value of each of at most 150 bins."""
    bins = min(_BINS, len(curve.values))
    at = [part.mean() for part in np.array_split(curve.iterations, bins)]
    parts = np.array_split(curve.values, bins)
    # Not finite: the gradients of a skipped step.
    finite = [part[np.isfinite(part)] for part in parts]
    low, mean, high = (
        [f(part) if len(part) else np.nan for part in finite] for f in (np.min, np.mean, np.max)
    )
    return np.array(at), np.array(low), np.array(mean), np.array(high)


def _draw_values(axes: Axes, curves: Sequence[Curve]) -> None:
    for curve, (color, dashes) in zip(curves, line_styles(len(curves)), strict=True):
        at, low, mean, high = summarise_curve(curve)
        style = (0, dashes) if dashes else "solid"
        marker = "o" if len(curve.values) <= _FEW else ""
        axes.fill_between(at, low, high, color=color, alpha=0.22, linewidth=0)
        axes.plot(at, mean, color=color, linestyle=style, marker=marker, markersize=4)


def _make_room(axes: Axes, curves: Sequence[Curve]) -> None:
    """Have the axis of a constant reach as far as its value, and not some hundredths around it."""
    values = np.unique(np.concatenate([curve.values for curve in curves]))
    if len(values) == 1:
        room = abs(values[0]) or 1.0
        axes.set_ylim(values[0] - 0.1 * room, values[0] + room)


def _draw_reference(axes: Axes, reference: Curve) -> None:
    color, dashes = REFERENCE
    (line,) = axes.plot(reference.iterations, reference.values, color=color, zorder=3)
    line.set_linestyle((0, dashes))
    line.set_marker("D" if len(reference.values) == 1 else "")
    line.set_markersize(4)


def _draw_residuals(axes: Axes, left: Sequence[Curve]) -> None:
    axes.axhline(0, color=MUTED, linewidth=1)
    for curve, (color, dashes) in zip(left, line_styles(len(left)), strict=True):
        style = (0, dashes) if dashes else "solid"
        marker = "o" if len(curve.values) <= _FEW else ""
        axes.plot(
            curve.iterations,
            curve.values,
            color=color,
            linestyle=style,
            marker=marker,
            markersize=4,
        )
    axes.set_ylabel("ours \u2212 log")


def _scale(axes: Axes, marks: Sequence[int]) -> None:
    for iteration in marks:
        axes.axvline(iteration, color=MUTED, linewidth=1, linestyle=(0, (2, 3)))
    axes.tick_params(labelcolor=MUTED)
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], integer=True))
    axes.ticklabel_format(axis="y", scilimits=(-2, 4), useMathText=False)


def _spoken(title: str, curves: Sequence[Curve], reference: Curve | None, below: bool) -> str:
    spoken = "; ".join(
        f"{curve.label} {_span(curve.values[np.isfinite(curve.values)])}"
        for curve in (*curves, *([] if reference is None else [reference]))
    )
    more = " Below it, ours minus the log, with a line at zero." if below else ""
    return f"{title} by iteration: {spoken}.{more}"


def _span(values: NDArray[np.float64]) -> str:
    return prose(f"from {values[0]:.3g} to {values[-1]:.3g}") if len(values) else "without a value"
