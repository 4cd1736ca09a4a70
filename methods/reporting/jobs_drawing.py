"""The drawing of the rules behind the results, with the time that each took."""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from methods.reporting.figures import (
    BLUE,
    INK,
    MUTED,
    PAPER,
    RULE,
    Drawing,
    new_figure,
    to_drawing,
)
from methods.reporting.jobs_graph import RuleGraph, RuleNode
from methods.reporting.jobs_layout import lay_out
from methods.wording import counted

_WIDTH, _HEIGHT, _BAR = 150, 38, 4  # pixels of a rule's box, and of the bar at its foot
_GAP, _LANE, _ROW = 14, 18, 66  # pixels beside a box, of an edge, and from row to row
_MARGIN = 2


def draw_graph(name: str, title: str, graph: RuleGraph) -> Drawing:
    """Draw one box a rule, a line from each rule down to those that read its files.

    A bar in the box is as long as the rule's share of the longest rule's time.

    Args:
        name: of the drawing.
        title: what is shown.
        graph: with at least one rule.
    """
    layout = lay_out(graph, _WIDTH + _GAP, _LANE)
    width, height = layout.width + 2 * _MARGIN, (layout.rows - 1) * _ROW + _HEIGHT + 2 * _MARGIN
    longest = max(node.seconds for node in graph.nodes)
    with new_figure(round(width), round(height)) as figure:
        figure.set_layout_engine("none")
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(-_MARGIN, layout.width + _MARGIN)
        axes.set_ylim(height - _MARGIN, -_MARGIN)
        for way in layout.edges:
            _draw_edge(axes, way)
        for node in graph.nodes:
            _draw_rule(axes, node, *layout.rules[node.name], longest)
        return to_drawing(figure, name=name, title=title, description=_spoken(graph))


def time_words(seconds: float) -> str:
    """A measured time in whole units, such as "<1 s", "59 s", "12 min 5 s" or "3 h 20 min"."""
    whole = round(seconds)
    if whole < 1:
        return "<1 s"
    minutes, rest = divmod(whole, 60)
    if not minutes:
        return f"{rest} s"
    hours, part = divmod(minutes, 60)
    return f"{hours} h {part} min" if hours else f"{minutes} min {rest} s"


def _draw_edge(axes: Axes, way: Sequence[tuple[float, int]]) -> None:
    """A line that leaves and enters every row upright."""
    ends = [(x, row * _ROW + _HEIGHT, row * _ROW) for x, row in way]
    points: list[tuple[float, float]] = [ends[0][:2]]
    codes = [Path.MOVETO]
    for number, ((x, low, _), (to, below, high)) in enumerate(pairwise(ends)):
        middle = (low + high) / 2
        points += [(x, middle), (to, middle), (to, high)]
        codes += [Path.CURVE4] * 3
        if number + 2 < len(ends):  # past the boxes of this row
            points.append((to, below))
            codes.append(Path.LINETO)
    axes.add_patch(PathPatch(Path(points, codes), facecolor="none", edgecolor=MUTED, zorder=1))
    x, _, high = ends[-1]
    axes.plot(x, high - 4, "v", markersize=6, color=MUTED, zorder=1)


def _draw_rule(axes: Axes, node: RuleNode, x: float, row: int, longest: float) -> None:
    left, top = x - _WIDTH / 2, row * _ROW
    box = Rectangle((left, top), _WIDTH, _HEIGHT, facecolor=PAPER, edgecolor=RULE, zorder=2)
    axes.add_patch(box)
    share = node.seconds / longest if longest else 0.0
    foot = (left, top + _HEIGHT - _BAR)
    axes.add_patch(Rectangle(foot, share * _WIDTH, _BAR, facecolor=BLUE, zorder=3))
    for text, y, color in ((node.name, top + 12, INK), (_cost(node), top + 26, MUTED)):
        axes.text(x, y, text, ha="center", va="center", color=color, fontsize=10.5, zorder=4)


def _cost(node: RuleNode) -> str:
    return f"{counted(node.jobs, 'job')}, {time_words(node.seconds)}"


def _spoken(graph: RuleGraph) -> str:
    sentences = []
    for node in graph.nodes:
        sources = [a for a, b in graph.edges if b == node.name]
        after = f", after {', '.join(sources)}" if sources else ""
        sentences.append(f"{node.name}: {_cost(node)}{after}")
    return "; ".join(sentences) + "."
