"""Regions as COCO writes them: polygons around them, or the lengths of their runs."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Region = NDArray[np.bool_]
Point = tuple[int, int]  # row and column of a pixel's corner

# Steps along the edges of pixels, in the order right, down, left, up; the next one is a right turn.
_STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0))


def polygons(region: Region) -> list[list[float]]:
    """Return the outline of each connected part of a region, bool (H, W), as COCO's polygons.

    A polygon is a list x0, y0, x1, y1, ... of the corners of pixels. Holes are lost, as in COCO.
    """
    parts, count = ndimage.label(region)
    return [
        [float(value) for row, column in _corners(parts == part) for value in (column, row)]
        for part in range(1, count + 1)
    ]


def run_lengths(region: Region) -> list[int]:
    """Return the lengths of the runs of a region, bool (H, W), down the columns, zeros first."""
    values = region.T.ravel()
    ends = np.flatnonzero(values[1:] != values[:-1]) + 1
    lengths: list[int] = np.diff([0, *ends, values.size]).tolist()
    return [0, *lengths] if values[0] else lengths


def _corners(part: Region) -> Iterator[Point]:
    """Walk clockwise around a connected region and yield the corners at which the walk turns."""
    padded = np.pad(part, 1)

    def inside(row: int, column: int) -> bool:
        return bool(padded[row + 1, column + 1])

    first = np.argwhere(part)[0]  # the leftmost pixel of the top row
    start = (int(first[0]), int(first[1]))
    (row, column), heading = start, 0
    yield start
    while True:
        row, column = row + _STEPS[heading][0], column + _STEPS[heading][1]
        if (row, column) == start:
            return
        # The pixels in front of a walker whose right hand touches the region.
        right, left = _ahead(row, column, heading)
        turn = 1 if not inside(*right) else -1 if inside(*left) else 0
        if turn:
            heading = (heading + turn) % 4
            yield row, column


def _ahead(row: int, column: int, heading: int) -> tuple[Point, Point]:
    """Return the pixels ahead of a corner, on the right and on the left of the way."""
    pixels = ((row - 1, column), (row, column), (row, column - 1), (row - 1, column - 1))
    return pixels[(heading + 1) % 4], pixels[heading]
