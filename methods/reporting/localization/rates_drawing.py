"""Rates with their intervals, protocol by protocol and control by control."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from methods.reporting.figures import BLUE, INK, MUTED, Drawing, new_figure, to_drawing
from methods.reporting.localization.scored import (
    ScoredControls,
    Seeds,
    interval,
    thresholds_taken,
)
from methods.reporting.localization.words import CONTROLS, RATES, label
from methods.reporting.plots import WIDTH, Rung, percent_axis, seeds_note
from methods.reporting.tables import show_number
from methods.wording import one_line

DRAWN = ("top1_loc", "top5_loc", "gt_known", "top1_cls")
_ROW, _SEED = 33, 8  # CSS pixels of a row, and of each further seed in it
Groups = Mapping[str, Sequence[Rung]]
_LEFT, _RIGHT = 8, 92  # percent, beyond which a number stands beside its mark, inside the axes


def draw_rates(seeds: Seeds, split: str) -> Drawing:
    """Draw the rates of a run on a split, a mark a seed.

    The class that a network names does not depend on the protocol of the boxes, so that Top-1 cls
    is drawn once.
    """
    files = seeds[0].files
    names = {
        name: label(name, protocol, thresholds_taken(seeds, name))
        for name, protocol in files.protocols.items()
        if protocol.split == split
    }
    groups = {}
    for rate in DRAWN:
        shown = {next(iter(names)): "every protocol"} if rate == "top1_cls" else names
        groups[RATES[rate]] = [
            Rung(text, tuple((s.metrics[k][rate], *interval(s.metrics[k], rate)) for s in seeds))
            for k, text in shown.items()
        ]
    title = (
        f"Run {files.run}: rates on {split}, with 95 % intervals; below a protocol its threshold"
        f"{seeds_note(len(seeds))}"
    )
    return draw_groups(f"rates-{files.run}-{split}", title, groups, control=False)


def draw_controls(controls: ScoredControls) -> Drawing:
    """Draw the controls of a data set on the axis of the runs' drawings."""
    dataset = controls.dataset
    groups = {
        RATES[rate]: [
            Rung(CONTROLS[name], ((metrics[rate], *interval(metrics, rate)),))
            for name, metrics in controls.metrics.items()
        ]
        for rate in DRAWN
    }
    title = f"Controls of {dataset.name}: rates on {dataset.split}, with 95 % intervals"
    return draw_groups(f"localization-controls-{dataset.name}", title, groups, control=True)


def draw_groups(name: str, title: str, groups: Groups, *, control: bool) -> Drawing:
    """Draw groups of rates, each with its name above it, from top to bottom.

    Args:
        name: of the drawing.
        title: what is scored.
        groups: of each rate one rung a protocol, all with the same number of seeds.
        control: whether these are controls, which are drawn in grey diamonds.
    """
    rungs = [rung for group in groups.values() for rung in group]
    seeds = len(rungs[0].points)
    rows, row = {}, 0
    for group, inside in groups.items():
        rows[group] = row
        row += 1 + len(inside)
    with new_figure(WIDTH, 54 + (_ROW + _SEED * (seeds - 1)) * row) as figure:
        axes = figure.subplots()
        ticks: dict[int, str] = {}
        for group, inside in groups.items():
            axes.annotate(group, (0, rows[group]), color=INK, va="center", weight="bold")
            for at, rung in enumerate(inside, rows[group] + 1):
                ticks[at] = rung.label
                _draw_rung(axes, at, rung, control=control)
        axes.set_yticks(list(ticks), list(ticks.values()))
        axes.set_ylim(row - 0.4, -0.6)
        percent_axis(axes, "images (%)")
        spoken = "; ".join(
            f"{group}, {one_line(rung.label)}, {_spoken(rung)}"
            for group, inside in groups.items()
            for rung in inside
        )
        return to_drawing(figure, name=name, title=title, description=f"{spoken}.")


def _draw_rung(axes: Axes, row: int, rung: Rung, *, control: bool) -> None:
    color, marker, size = (MUTED, "D", 6) if control else (BLUE, "o", 7)
    seeds = len(rung.points)
    step = _SEED / (_ROW + _SEED * (seeds - 1))
    offsets = [step * (number - (seeds - 1) / 2) for number in range(seeds)]
    for offset, (value, low, high) in zip(offsets, rung.points, strict=True):
        axes.plot((low, high), (row + offset,) * 2, color=color, linewidth=2.5, zorder=2)
        axes.plot(value, row + offset, marker, markersize=size, color=color, zorder=3)
    axes.annotate(
        show_number(rung.mean),
        (rung.mean, row + offsets[0]),
        xytext=(0, 7),
        textcoords="offset points",
        ha="left" if rung.mean < _LEFT else "right" if rung.mean > _RIGHT else "center",
        color=INK,
        fontsize=11,
    )


def _spoken(rung: Rung) -> str:
    return ", ".join(
        f"{show_number(value)} % ({show_number(low)} to {show_number(high)})"
        for value, low, high in rung.points
    )
