"""Gaussian filter on the permutohedral lattice, with a dictionary of its vertices.

Adams, Baek and Davis 2010, as dense CRFs use it: splat, blur along d + 1 axes, slice.
"""

from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]  # float32 or float64; all is computed in that type
Vertex = tuple[int, ...]  # its first d coordinates; the last one follows from them


class Simplex(NamedTuple):
    """Where a point lies: d + 1 vertices and a weight for each."""

    vertices: list[Vertex]
    weights: list[Any]


def gaussian_filter(features: Array, values: Array) -> Array:
    """Filter values (n, K) of points with features (n, d) by a Gaussian; sums, not means."""
    dimensions = features.shape[1]
    simplices = [enclosing_simplex(point) for point in features]
    rows: dict[Vertex, int] = {}
    for simplex in simplices:
        for vertex in simplex.vertices:  # also those of weight zero
            rows.setdefault(vertex, len(rows))
    held = np.zeros((len(rows) + 1, values.shape[1]), values.dtype)  # the last row: nothing there
    for simplex, value in zip(simplices, values, strict=True):
        for vertex, weight in zip(simplex.vertices, simplex.weights, strict=True):
            held[rows[vertex]] += weight * value
    for axis in range(dimensions + 1):
        held = _blur(held, rows, axis)
    sliced = np.zeros_like(values)
    for index, simplex in enumerate(simplices):
        for vertex, weight in zip(simplex.vertices, simplex.weights, strict=True):
            sliced[index] += weight * held[rows[vertex]]
    return sliced / values.dtype.type(1 + 2.0**-dimensions)


def _blur(held: Array, rows: dict[Vertex, int], axis: int) -> Array:
    """One pass: a vertex and half of both its neighbours along the axis."""
    before, after = [], []
    for vertex in rows:
        down = [coordinate - 1 for coordinate in vertex]
        up = [coordinate + 1 for coordinate in vertex]
        if axis < len(vertex):
            down[axis] = vertex[axis] + len(vertex)
            up[axis] = vertex[axis] - len(vertex)
        before.append(rows.get(tuple(down), -1))
        after.append(rows.get(tuple(up), -1))
    blurred = held.copy()
    blurred[:-1] += (held[before] + held[after]) / 2
    return blurred


def enclosing_simplex(point: Array) -> Simplex:
    """The simplex around a point with d features, each in units of its sigma."""
    d = len(point)
    number = point.dtype.type
    elevated = _elevate(point)
    nearest = [round(e / number(d + 1)) * (d + 1) for e in elevated]
    rest = [e - number(m) for e, m in zip(elevated, nearest, strict=True)]
    # 0 for the axis with the largest residual; of equal ones the lower axis counts as larger.
    order = sorted(range(d + 1), key=lambda axis: (-rest[axis], axis))
    total = sum(nearest) // (d + 1)
    rank = [0] * (d + 1)
    for place, axis in enumerate(order):
        rank[axis] = place + total
        if rank[axis] < 0:
            rank[axis] += d + 1
            nearest[axis] += d + 1
        elif rank[axis] > d:
            rank[axis] -= d + 1
            nearest[axis] -= d + 1
    weights = [number(0)] * (d + 2)
    for axis in range(d + 1):
        share = (elevated[axis] - number(nearest[axis])) / number(d + 1)
        weights[d - rank[axis]] += share
        weights[d - rank[axis] + 1] -= share
    weights[0] += number(1) + weights[d + 1]
    vertices = [
        tuple(nearest[axis] + k - (0 if rank[axis] <= d - k else d + 1) for axis in range(d))
        for k in range(d + 1)
    ]
    return Simplex(vertices, weights[: d + 1])


def _elevate(point: Array) -> list[Any]:
    """Coordinates in the plane of d + 1 dimensions whose coordinates sum to zero."""
    d = len(point)
    number = point.dtype.type
    scaled = [
        value * number((2 / 3) ** 0.5 * (d + 1) / ((i + 1) * (i + 2)) ** 0.5)
        for i, value in enumerate(point)
    ]
    elevated = [number(0)] * (d + 1)
    above = number(0)  # sum of the scaled coordinates from axis j on
    for j in range(d, 0, -1):
        elevated[j] = above - number(j) * scaled[j - 1]
        above += scaled[j - 1]
    elevated[0] = above
    return elevated
