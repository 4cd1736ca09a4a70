"""Rates of single classes, where they are few enough to be drawn."""

from statistics import fmean

from methods.reporting.figures import (
    BLUE,
    MUTED,
    RULE,
    VERMILLION,
    Drawing,
    new_figure,
    to_drawing,
)
from methods.reporting.localization.scored import Seeds
from methods.reporting.localization.words import RATES
from methods.reporting.plots import WIDTH, percent_axis
from methods.reporting.tables import show_number

MOST = 30  # classes that a drawing can hold
_STYLES = {
    "gt_known": ("o", BLUE, "none"),
    "top1_cls": ("s", MUTED, "none"),
    "top1_loc": ("o", VERMILLION, VERMILLION),
}


def draw_classes(seeds: Seeds) -> tuple[Drawing, ...]:
    """Draw GT-known, Top-1 cls and Top-1 Loc of each class; nothing where the classes are many."""
    files = seeds[0].files
    documents = [seed.metrics[files.headline]["per_class"] for seed in seeds]
    classes = [name for name, of in documents[0].items() if of["images"]]
    if len(documents[0]) > MOST:
        return ()
    means = {
        rate: [fmean(of[name][rate] for of in documents) for name in classes] for rate in _STYLES
    }
    rows = range(len(classes))
    with new_figure(WIDTH, 92 + 26 * len(classes)) as figure:
        axes = figure.subplots()
        values = list(zip(*means.values(), strict=True))
        axes.hlines(rows, [min(v) for v in values], [max(v) for v in values], RULE, linewidth=3)
        for rate, (marker, color, face) in _STYLES.items():
            (points,) = axes.plot(means[rate], rows, marker, markersize=7, color=color)
            points.set_markerfacecolor(face)
            points.set_label(RATES[rate])
        axes.set_yticks(rows, classes)
        axes.set_ylim(len(classes) - 0.4, -0.6)
        percent_axis(axes, "images of the class (%)")
        handles = axes.get_legend_handles_labels()
        figure.legend(*handles, loc="outside upper left", ncols=3, frameon=False, handletextpad=0.2)
        spoken = "; ".join(
            f"{name} "
            + ", ".join(f"{RATES[rate]} {show_number(means[rate][row])} %" for rate in _STYLES)
            for row, name in enumerate(classes)
        )
        drawing = to_drawing(
            figure,
            name=f"localization-classes-{files.run}",
            title=(
                f"Run {files.run}: rates of each class on {files.split}, protocol {files.headline}"
                f"{', means of the seeds' if len(seeds) > 1 else ''}"
            ),
            description=f"{spoken}.",
        )
    return (drawing,)
