"""The curves that thresholds were chosen by, beside those of the scored images."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from methods.box_protocols import BoxProtocol
from methods.reporting.figures import GREEN, INK, LINE_WIDTH
from methods.reporting.localization.choices import choice_in_words
from methods.reporting.localization.scored import Seeds

_BOLD = 3 * LINE_WIDTH


def draw_choices(
    axes: Axes, seeds: Seeds, protocols: Mapping[str, BoxProtocol], *, scored: str
) -> None:
    """Draw GT-known on the images that chose, bold where thresholds are equally good.

    An oracle chooses by the scored images, whose curve is there already.

    Args:
        axes: whose horizontal axis is the threshold.
        seeds: of a run.
        protocols: by name; those whose threshold is given are passed over.
        scored: colour of GT-known on the scored images.
    """
    drawn = set()  # splits; protocols that differ in nothing but the threshold choose alike
    for name, protocol in protocols.items():
        if protocol.chosen_on is None or protocol.chosen_on in drawn:
            continue
        drawn.add(protocol.chosen_on)
        color = scored if protocol.is_oracle else GREEN
        choices = [seed.choices[name] for seed in seeds]
        for choice in choices:
            if not protocol.is_oracle:
                axes.plot(choice.thresholds, choice.gt_known, color=color, linestyle="dashdot")
            for first, last in choice.equally_good:
                axes.hlines(choice.value, first, last, color, linewidth=_BOLD, zorder=3)
        if not protocol.is_oracle:
            words = f"GT-known on {choices[0].split}, whose {choices[0].images} images chose"
            axes.plot([], [], color=color, linestyle="dashdot", label=words)
    if drawn:
        words = "bold: equally good thresholds, smallest taken"
        axes.add_line(Line2D([], [], color=INK, linewidth=_BOLD, label=words))


def spoken_choices(seeds: Seeds, protocols: Mapping[str, BoxProtocol]) -> str:
    """How each threshold was chosen, a sentence each; empty where all are given."""
    return "".join(
        f" {name}, seed {seed.files.seed}: {choice_in_words(seed.choices[name])}."
        for name in protocols
        for seed in seeds
        if name in seed.choices
    )
