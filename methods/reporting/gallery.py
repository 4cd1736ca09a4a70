"""Pictures of single images, as the page shows them."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

LONGEST_SIDE = 240  # pixels of a picture; larger ones are shrunk
EXTREMES = 3  # images shown of the worst, the median, the best and each kind of failure
NAMED = "Named by their ids in the file of the experiment, whatever their score."
_QUALITY = 82  # of JPEG
_HEAT = colormaps["cividis"]  # equal steps for readers with any common colour-vision deficiency


@dataclass(frozen=True)
class Picture:
    """One panel.

    Attributes:
        label: what it is.
        alt: what it shows, in words.
        data: data URI.
        width: pixels.
        height: pixels.
    """

    label: str
    alt: str
    data: str
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """The panels of one image.

    Attributes:
        id: the image's id.
        note: its score, in words.
        legend: (name, colour) of all that the panels show in colours.
        pictures: the panels; none where they are drawn under another heading.
        anchor: of the panels on the page; empty before `drawn_once` has named them.
        under: the heading under which they are drawn, if it is another one.
    """

    id: str
    note: str
    legend: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]
    anchor: str = ""
    under: str = ""


@dataclass(frozen=True)
class Gallery:
    """Rows under one heading.

    Attributes:
        title: what the images have in common.
        text: which images these are, out of how many, and by which protocol they are scored.
        rows: one an image.
    """

    title: str
    text: str
    rows: tuple[Row, ...]


def drawn_once(galleries: Sequence[Gallery], run: str) -> tuple[Gallery, ...]:
    """Name the panels of every image; where the same ones come again, a row refers to the first.

    Args:
        galleries: of one run.
        run: its name, with which the anchors begin.
    """
    first: dict[tuple[Picture, ...], tuple[str, str]] = {}  # anchor and heading
    kept = []
    for gallery in galleries:
        rows = []
        for row in gallery.rows:
            known = first.get(row.pictures)
            if known is None:
                anchor = f"image-{run}-{len(first) + 1}"
                first[row.pictures] = anchor, gallery.title
                rows.append(replace(row, anchor=anchor))
            else:
                anchor, under = known
                rows.append(replace(row, legend=(), pictures=(), anchor=anchor, under=under))
        kept.append(replace(gallery, rows=tuple(rows)))
    return tuple(kept)


def shown_of(found: int, extreme: str) -> str:
    """Which of the images that were found are shown, with what sets these apart.

    Args:
        found: how many there are.
        extreme: what sets the first ones apart.
    """
    if found == 1:
        return "It is shown."
    if found <= EXTREMES:
        return f"All are shown, the one with {extreme} first."
    return f"Shown are the {EXTREMES} with {extreme}."


def middle(ids: Sequence[str]) -> list[str]:
    """The images in the middle of a ranking."""
    start = max(0, len(ids) - EXTREMES) // 2
    return list(ids[start : start + EXTREMES])


def photograph(id: str, image: NDArray[np.uint8]) -> Picture:
    """The image itself, uint8 (H, W, 3)."""
    return encoded("image", f"Image {id}.", Image.fromarray(image), "JPEG")


def heat_picture(label: str, alt: str, heat: NDArray[np.float32]) -> Picture:
    """A map, float32 (H, W), from dark (0) to bright (1)."""
    return encoded(label, alt, Image.fromarray(heat_colors(heat)), "JPEG")


def heat_colors(heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The colours of a map, (H, W) with values from 0 to 1, as uint8 (H, W, 3)."""
    colors: NDArray[np.uint8] = _HEAT(heat, bytes=True)[..., :3]
    return colors


def encoded(label: str, alt: str, image: Image.Image, kind: str) -> Picture:
    """A panel of any image, shrunk to the size of the page.

    Args:
        label: what it is.
        alt: what it shows, in words.
        image: of which one with a palette keeps its colours.
        kind: PNG, or JPEG, which is smaller for photographs and loses colours of single pixels.
    """
    factor = min(1, LONGEST_SIDE / max(image.size))
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    resample = Image.Resampling.NEAREST if image.mode == "P" else Image.Resampling.LANCZOS
    buffer = io.BytesIO()
    image.resize(size, resample).save(buffer, format=kind, quality=_QUALITY, optimize=True)
    code = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Picture(label, alt, f"data:image/{kind.lower()};base64,{code}", *size)
