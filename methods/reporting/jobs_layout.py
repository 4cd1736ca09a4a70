"""Places of the rules in the drawing of their graph: row under row, the edges with few crossings.

The steps are those of layered drawing (Sugiyama, Tagawa and Toda, 1981): rows by the longest way,
edges over several rows split by points in between, order by the mean of the neighbours.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from methods.reporting.jobs_graph import RuleGraph
from methods.reporting.jobs_places import Near, Vertex, places_of

_SWEEPS = 12  # through all rows, down or up


@dataclass(frozen=True)
class Layout:
    """Where everything lies.

    Attributes:
        rules: (x of the middle, row) of each rule; the leftmost edge is at 0.
        edges: the same of every point of each edge, from its source to its target.
        width: of all.
        rows: how many there are.
    """

    rules: Mapping[str, tuple[float, int]]
    edges: Sequence[Sequence[tuple[float, int]]]
    width: float
    rows: int


def lay_out(graph: RuleGraph, width: float, lane: float) -> Layout:
    """Place rules that are `width` wide, and give an edge that passes others a lane.

    Args:
        graph: with at least one rule.
        width: of a rule with the space beside it.
        lane: of an edge.
    """
    row_of = _rows(graph)
    ways = [
        [(a, "", row_of[a]), *((a, b, at) for at in range(row_of[a] + 1, row_of[b])), (b, "", row)]
        for a, b in graph.edges
        for row in [row_of[b]]
    ]
    vertices = [(node.name, "", row_of[node.name]) for node in graph.nodes]
    vertices += [vertex for way in ways for vertex in way[1:-1]]
    rows = [[v for v in vertices if v[2] == row] for row in range(max(row_of.values()) + 1)]
    near = _neighbours(ways)
    sizes = {vertex: lane if vertex[1] else width for vertex in vertices}
    places = places_of(_ordered(rows, near), near, sizes)
    left = min(places[vertex] - sizes[vertex] / 2 for vertex in vertices)
    return Layout(
        rules={name: (places[name, "", row] - left, row) for name, row in row_of.items()},
        edges=[[(places[vertex] - left, vertex[2]) for vertex in way] for way in ways],
        width=max(places[vertex] + sizes[vertex] / 2 for vertex in vertices) - left,
        rows=len(rows),
    )


def _rows(graph: RuleGraph) -> dict[str, int]:
    """Each rule below those it reads from; one that reads nothing, just above its first reader."""
    rows: dict[str, int] = {}
    for node in graph.nodes:
        rows[node.name] = max((rows[a] + 1 for a, b in graph.edges if b == node.name), default=0)
    targets = {b for _, b in graph.edges}
    for node in graph.nodes:
        if node.name not in targets:
            readers = [rows[b] for a, b in graph.edges if a == node.name]
            rows[node.name] = min(readers, default=1) - 1
    return rows


def _neighbours(ways: Iterable[Sequence[Vertex]]) -> Near:
    """Of a vertex those in the row above (-1) and below (1)."""
    near: Near = {}
    for way in ways:
        for upper, lower in pairwise(way):
            near.setdefault((upper, 1), []).append(lower)
            near.setdefault((lower, -1), []).append(upper)
    return near


def _ordered(rows: list[list[Vertex]], near: Near) -> list[list[Vertex]]:
    """The best order of each row that was met while sorting by the mean of the neighbours."""
    best, fewest = rows, _crossings(rows, near)
    for sweep in range(_SWEEPS):
        side = -1 if sweep % 2 == 0 else 1
        rows = [list(row) for row in rows]
        for at in range(len(rows))[::-side]:
            beside = rows[at + side] if 0 <= at + side < len(rows) else []
            rows[at].sort(key=_means(rows[at], beside, near, side))
        crossings = _crossings(rows, near)
        if crossings < fewest:
            best, fewest = rows, crossings
    return best


def _means(
    row: Sequence[Vertex], beside: Sequence[Vertex], near: Near, side: int
) -> Callable[[Vertex], float]:
    """The mean rank of a vertex's neighbours in the row beside; its own where it has none there."""
    own = {vertex: number for number, vertex in enumerate(row)}
    rank = {vertex: number for number, vertex in enumerate(beside)}
    return lambda vertex: fmean([rank[v] for v in near.get((vertex, side), ())] or [own[vertex]])


def _crossings(rows: Sequence[Sequence[Vertex]], near: Near) -> int:
    """How many pairs of edges between two rows cross."""
    total = 0
    for upper, lower in pairwise(rows):
        rank = {vertex: number for number, vertex in enumerate(lower)}
        ends = [sorted(rank[n] for n in near.get((vertex, 1), ())) for vertex in upper]
        flat = [(number, end) for number, group in enumerate(ends) for end in group]
        total += sum(a < c and b > d for a, b in flat for c, d in flat)
    return total
