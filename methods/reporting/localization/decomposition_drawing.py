"""Class and box, right and wrong together, as stacked bars."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

from matplotlib.patches import Patch

from methods.reporting.figures import BLUE, INK, MUTED, SERIES, Drawing, new_figure, to_drawing
from methods.reporting.localization.gap import compared_runs
from methods.reporting.localization.scored import Seeds, thresholds_taken
from methods.reporting.localization.words import PARTS, label
from methods.reporting.plots import WIDTH, percent_axis
from methods.reporting.tables import show_number
from methods.wording import one_line

_COLORS = (BLUE, SERIES[4], SERIES[5], MUTED)  # of the parts, in order
_ROWWISE = (0, 2, 1, 3)  # a legend of two columns is filled column by column
_WHAT = "class and box of an image, right or wrong, numbers from left to right"
_ROW = 44  # CSS pixels
_THICKNESS = 0.4  # of a bar, in rows


def draw_decomposition(seeds: Seeds) -> Drawing:
    """Draw one bar a protocol: the mean over the seeds."""
    files = seeds[0].files
    bars = {
        label(name, protocol, thresholds_taken(seeds, name)): mean_parts(seeds, name)
        for name, protocol in files.protocols.items()
    }
    title = f"Run {files.run}: {_WHAT}; below a protocol its threshold"
    return draw_bars(f"decomposition-{files.run}", title, bars)


def draw_gap(runs: Sequence[Seeds], experiment: Mapping[str, Any]) -> tuple[Drawing, ...]:
    """Draw one bar a run that is compared with the full one; nothing where none is."""
    among = compared_runs(runs, experiment)
    if len(among) < 2:  # the full one alone
        return ()
    protocol, split = (experiment["ablation"][key] for key in ("protocol", "split"))
    bars = {name: mean_parts(seeds, protocol) for name, seeds in among.items()}
    title = f"Runs by the protocol {protocol} on {split}: {_WHAT}"
    return (draw_bars("decomposition-gap", title, bars),)


def mean_parts(seeds: Seeds, protocol: str) -> list[float]:
    """Mean share of each part over the seeds, percent."""
    found = [seed.metrics[protocol]["decomposition"] for seed in seeds]
    return [fmean(shares[part] for shares in found) for part in PARTS]


def draw_bars(name: str, title: str, bars: Mapping[str, Sequence[float]]) -> Drawing:
    """Draw stacked bars with their numbers above them, in the order of the legend.

    Args:
        name: of the drawing.
        title: what is shown.
        bars: the shares of `PARTS`, percent, by the label of a row.
    """
    with new_figure(WIDTH, 112 + _ROW * len(bars)) as figure:
        axes = figure.subplots()
        for row, shares in enumerate(bars.values()):
            left = 0.0
            for share, color in zip(shares, _COLORS, strict=True):
                axes.barh(row, share, _THICKNESS, left, color=color, zorder=2)
                left += share
            numbers = " / ".join(show_number(share) for share in shares)
            axes.annotate(numbers, (0, row - _THICKNESS / 2 - 0.09), color=INK, fontsize=11)
        axes.set_yticks(range(len(bars)), list(bars))
        axes.set_ylim(len(bars) - 0.6, -0.7)
        percent_axis(axes, "images (%)")
        keys = [Patch(color=c, label=k) for c, k in zip(_COLORS, PARTS.values(), strict=True)]
        keys = [keys[at] for at in _ROWWISE]
        figure.legend(handles=keys, loc="outside upper left", ncols=2, frameon=False)
        spoken = "; ".join(
            f"{one_line(bar)}: "
            + ", ".join(
                f"{part} {show_number(share)} %"
                for part, share in zip(PARTS.values(), shares, strict=True)
            )
            for bar, shares in bars.items()
        )
        return to_drawing(figure, name=name, title=title, description=f"{spoken}.")
