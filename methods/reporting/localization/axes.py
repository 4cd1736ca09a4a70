"""What the drawings of localization have in common."""

from matplotlib.axes import Axes

from methods.reporting.plots import bare

ROW, SEED = 33, 8  # CSS pixels of a row, and of each further seed in it


def percent_rows(axes: Axes, label: str) -> None:
    """Percent to the right, a row for each label."""
    axes.set_xlim(-2, 102)
    axes.set_xticks(range(0, 101, 25))
    axes.set_xlabel(label, fontsize=11)
    bare(axes)
