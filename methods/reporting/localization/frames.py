"""True and found boxes on an image, told apart by colour and by line."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw


class Frame(NamedTuple):
    """How a kind of box is drawn.

    Attributes:
        name: what it is.
        color: of its line.
        dash: pixels of a dash and of the space behind it; None for a solid line.
    """

    name: str
    color: str
    dash: int | None


# Okabe and Ito's colours; a dark edge sets them off from any image.
TRUE = Frame("true box", "#56b4e9", None)
OURS = Frame("our box", "#e69f00", 7)
_EDGE = "#000000"
_WIDTH, _EDGE_WIDTH = 2, 4  # pixels
Line = tuple[tuple[float, float], tuple[float, float]]


def draw_boxes(
    image: NDArray[np.uint8], true: NDArray[np.float64], found: NDArray[np.integer] | None
) -> Image.Image:
    """Draw boxes on an image.

    Args:
        image: uint8 (H, W, 3).
        true: (k, 4) x1, y1, x2, y2, ends behind the last pixels.
        found: (4,), likewise; None where there is none.
    """
    picture = Image.fromarray(image)
    canvas = ImageDraw.Draw(picture)
    for box in true.tolist():
        _draw(canvas, box, TRUE, picture.size)
    if found is not None:
        _draw(canvas, found.tolist(), OURS, picture.size)
    return picture


def _draw(
    canvas: ImageDraw.ImageDraw, box: list[float], frame: Frame, size: tuple[int, int]
) -> None:
    lines = list(_lines(box, frame.dash, size))
    for color, width in ((_EDGE, _EDGE_WIDTH), (frame.color, _WIDTH)):
        for line in lines:
            canvas.line(line, fill=color, width=width)


def _lines(box: list[float], dash: int | None, size: tuple[int, int]) -> Iterator[Line]:
    """The four sides, just inside the image, as one piece each or as dashes."""
    limits = (size[0] - 2, size[1] - 2)
    left, top = (min(max(value, 1), most) for value, most in zip(box[:2], limits, strict=True))
    right, bottom = (
        min(max(value - 1, 1), most) for value, most in zip(box[2:], limits, strict=True)
    )
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        yield from _pieces(start, end, dash)


def _pieces(
    start: tuple[float, float], end: tuple[float, float], dash: int | None
) -> Iterator[Line]:
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    if dash is None or length <= dash:
        yield start, end
        return
    for at in np.arange(0, length, 2 * dash):
        shares = (at / length, min(at + dash, length) / length)
        first, last = (
            tuple(a + share * (b - a) for a, b in zip(start, end, strict=True)) for share in shares
        )
        yield (first[0], first[1]), (last[0], last[1])
