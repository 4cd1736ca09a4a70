"""Label maps: one class index a pixel, and the gate that every one passes."""

import io
import struct
import zlib
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.files import atomic_path, unreadable
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

IGNORE = 255  # pixels that are neither background nor any class

# What Pillow raises on a broken PNG, besides OSError.
_BROKEN_PNG = (SyntaxError, ValueError, EOFError, struct.error, zlib.error)


def voc_palette() -> NDArray[np.uint8]:
    """Return PASCAL VOC's colour of each label, uint8 (256, 3).

    Bit 3k of a label is bit 7-k of its red, bit 3k+1 that of its green, bit 3k+2 of its blue
    (VOC development kit, VOCcolormap).
    """
    labels = np.arange(256)
    palette = np.zeros((256, 3), dtype=np.uint8)
    for channel in range(3):
        for k in range(3):
            bit = (labels >> (3 * k + channel)) & 1
            palette[:, channel] |= (bit << (7 - k)).astype(np.uint8)
    return palette


def encode_label_png(labels: NDArray[np.uint8]) -> bytes:
    """Encode a label map, uint8 (H, W), as a palette PNG in VOC's colours."""
    image = Image.fromarray(labels)
    image.putpalette(voc_palette().tobytes())
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return stream.getvalue()


def write_label_png(path: str | PathLike[str], labels: NDArray[np.uint8]) -> None:
    """Write a label map, uint8 (H, W), as a palette PNG in VOC's colours.

    Raises:
        InputError: the file cannot be written.
    """
    with atomic_path(path) as temporary:
        temporary.write_bytes(encode_label_png(labels))


def write_index_png(path: str | PathLike[str], labels: NDArray[np.uint8]) -> None:
    """Write a label map, uint8 (H, W), as a one-channel PNG without a palette.

    The file is written in place: it belongs in a folder that `atomic_folder` yields.
    """
    Image.fromarray(labels).save(path, format="PNG")


def read_label_png(
    path: str | PathLike[str], num_classes: int, size: tuple[int, int] | None = None
) -> NDArray[np.uint8]:
    """Read the indices of a palette or one-channel PNG, uint8 (H, W).

    Args:
        path: the PNG.
        num_classes: C, the number of foreground classes.
        size: (height, width) that the label map must have; None accepts any.

    Raises:
        InputError: the file is missing, broken or in another mode, or fails `check_labels`.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return decode_label_png(content, path, num_classes, size)


def decode_label_png(
    content: bytes,
    where: str | PathLike[str],
    num_classes: int,
    size: tuple[int, int] | None = None,
    modes: Sequence[str] = ("P", "L"),
) -> NDArray[np.uint8]:
    """Decode the indices of a PNG, uint8 (H, W).

    Args:
        content: the PNG.
        where: how to name it in an error.
        num_classes: C, the number of foreground classes.
        size: (height, width) that the label map must have; None accepts any.
        modes: those accepted: P is a palette, L one channel.

    Raises:
        InputError: it is broken or in another mode, or fails `check_labels`.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()  # decoding alone compares no checksums
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            mode = image.mode
            # Pillow stretches grey values of 2 or 4 bits to 0..255, which renames the classes.
            packed = mode == "L" and image.tile[0].args != "L"
            labels = np.asarray(image)
    except (OSError, *_BROKEN_PNG) as error:
        found = f"{len(content)} bytes that do not decode as a PNG"
        raise InputError(where, found, "a whole PNG", EXTRACT_AGAIN) from error
    if mode not in modes or packed:
        raise InputError(
            where,
            f"a PNG of mode {mode}{' with less than 8 bits' if packed else ''}",
            f"class indices in one channel of 8 bits (mode {' or '.join(modes)})",
            "give the index PNG, not its colours",
        )
    return check_labels(labels, where, num_classes, size)


def check_labels(
    labels: NDArray[np.generic],
    where: str | PathLike[str],
    num_classes: int,
    size: tuple[int, int] | None = None,
) -> NDArray[np.uint8]:
    """Return `labels` if it is a label map: uint8 (H, W), values 0..C or 255, of `size`.

    Raises:
        InputError: it is not; the message starts with `where`.
    """
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise InputError(
            where,
            f"an array of shape {labels.shape} and type {labels.dtype}",
            "class indices of shape (height, width) and type uint8",
            "give the index map, not its colours",
        )
    if labels.size == 0:
        found = f"a label map of {labels.shape[1]}x{labels.shape[0]} pixels"
        raise InputError(where, found, "at least one pixel", "give the mask of this very image")
    if size is not None and labels.shape != size:
        raise InputError(
            where,
            f"a label map of {labels.shape[1]}x{labels.shape[0]} pixels",
            f"{size[1]}x{size[0]} as its image has",
            "give the mask of this very image, at its full size",
        )
    present = np.flatnonzero(np.bincount(labels.ravel(), minlength=256))
    strange = [int(value) for value in present if num_classes < value != IGNORE]
    if strange:
        raise InputError(
            where,
            f"label {', '.join(map(str, strange[:5]))}{' and more' if strange[5:] else ''}",
            f"0 to {num_classes} or {IGNORE}",
            "check that the mask is of this data set and that `classes` lists every class",
        )
    return labels.astype(np.uint8, copy=False)


def present_classes(labels: NDArray[np.uint8]) -> frozenset[int]:
    """Return the foreground classes, from 1, that have a pixel in a label map."""
    counts = np.bincount(labels.ravel(), minlength=256)
    return frozenset(int(value) for value in np.flatnonzero(counts) if 0 < value < IGNORE)
