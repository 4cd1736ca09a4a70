"""Where the vertices of a layered drawing lie in their rows."""

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TypeAlias

Vertex: TypeAlias = tuple[str, str, int]  # source, target and row of an edge; (name, "", row)
Near: TypeAlias = dict[tuple[Vertex, int], list[Vertex]]  # neighbours above (-1) and below (1)

_SWEEPS = 60  # through all rows, down or up


def places_of(
    rows: Sequence[Sequence[Vertex]], near: Near, sizes: Mapping[Vertex, float]
) -> dict[Vertex, float]:
    """The middle of each vertex, near those of its neighbours, without overlap in a row.

    Args:
        rows: the vertices of each, from left to right.
        near: their neighbours.
        sizes: width that each takes.
    """
    places: dict[Vertex, float] = {}
    for row in rows:
        _place(row, dict.fromkeys(row, 0.0), sizes, places)
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            wanted = {}
            for vertex in row:
                beside = [*near.get((vertex, -1), ()), *near.get((vertex, 1), ())]
                wanted[vertex] = fmean([places[v] for v in beside] or [places[vertex]])
            _place(row, wanted, sizes, places)
    return places


def _place(
    row: Sequence[Vertex],
    wanted: Mapping[Vertex, float],
    sizes: Mapping[Vertex, float],
    places: dict[Vertex, float],
) -> None:
    """Put a row as near to the wanted places as its order and sizes allow, by least squares.

    Less what lies left of each vertex, the places must not fall from left to right; neighbours
    that would are put at their mean (pooling of adjacent violators).
    """
    offset, offsets = 0.0, []
    for vertex in row:
        offsets.append(offset + sizes[vertex] / 2)
        offset += sizes[vertex]
    pools: list[list[float]] = []
    for vertex, off in zip(row, offsets, strict=True):
        pools.append([wanted[vertex] - off])
        while len(pools) > 1 and fmean(pools[-2]) > fmean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    free = [fmean(pool) for pool in pools for _ in pool]
    places.update({v: start + off for v, start, off in zip(row, free, offsets, strict=True)})
