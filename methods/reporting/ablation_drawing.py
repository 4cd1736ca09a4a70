"""The drawing of the ablation."""

from collections.abc import Mapping, Sequence
from statistics import fmean

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from methods.reporting.figures import BLUE, INK, MUTED, Drawing, new_figure, to_drawing
from methods.reporting.plots import RUNG, WIDTH, bare
from methods.reporting.tables import show_number


def draw_deltas(
    name: str,
    title: str,
    rows: Mapping[str, tuple[Sequence[float], float | None]],
    quantity: str,
    unit: str,
) -> Drawing:
    """Draw differences in one quantity, ours beside the published ones.

    Args:
        name: of the drawing.
        title: what is compared.
        rows: of each run the differences of its seeds and the published one, points; None where
            nothing was published.
        quantity: what the differences are of.
        unit: of the differences, in words.
    """
    with new_figure(WIDTH, 84 + RUNG * len(rows)) as figure:
        axes = figure.subplots()
        axes.axvline(0, color=MUTED, linewidth=1, zorder=1)
        for row, (ours, published) in enumerate(rows.values()):
            axes.plot((min(ours), max(ours)), (row, row), color=BLUE, linewidth=2.5, zorder=2)
            (point,) = axes.plot(fmean(ours), row, "o", markersize=7, color=BLUE, zorder=3)
            if published is not None:
                (mark,) = axes.plot(published, row, "D", markersize=8, color=INK, zorder=4)
                mark.set_markerfacecolor("none")
        marks = {"here, mean and range of the seeds": point}
        if any(published is not None for _, published in rows.values()):
            marks["paper"] = Line2D([], [], marker="D", ls="", color=INK, markerfacecolor="none")
        figure.legend(
            list(marks.values()),
            list(marks),
            loc="outside upper left",
            ncols=2,
            frameon=False,
            handletextpad=0.2,
        )
        axes.set_yticks(range(len(rows)), list(rows))
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_xlabel(f"{quantity}, difference ({unit})", fontsize=11)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.margins(x=0.08)
        bare(axes)
        spoken = "; ".join(
            f"{label} {show_number(fmean(ours), signed=True)}"
            + ("" if published is None else f" (paper {show_number(published, signed=True)})")
            for label, (ours, published) in rows.items()
        )
        return to_drawing(figure, name=name, title=title, description=f"Points: {spoken}.")
