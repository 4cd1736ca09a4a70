"""Photographs, decoded to the last row."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.files import unreadable
from methods.errors import InputError

PHOTOGRAPHS = ("JPEG", "PNG")  # of ILSVRC, a picture is a PNG whatever its name says
MODES = ("L", "RGB", "CMYK", "P", "LA", "RGBA")  # of ILSVRC, some pictures are made for print


def read_rgb(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Read a photograph as uint8 (H, W, 3); a grey one is stacked to three equal channels.

    Which kinds of photographs a data set may hold, its check decides; Pillow converts all of them.

    Raises:
        InputError: see `load_image`.
    """
    return np.array(load_image(path, PHOTOGRAPHS, MODES).convert("RGB"))


def decode_image(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Decode a JPEG as it is stored: uint8 (H, W) if grey, else uint8 (H, W, 3).

    Raises:
        InputError: the file is missing, is not a whole JPEG, or is neither grey nor RGB.
    """
    return np.array(load_image(path, ("JPEG",), ("L", "RGB")))


def load_image(
    path: str | PathLike[str], formats: tuple[str, ...], modes: Sequence[str]
) -> Image.Image:
    """Decode a photograph to its last row.

    Args:
        path: the file.
        formats: Pillow's names of the formats that are accepted.
        modes: Pillow's modes that are accepted.

    Raises:
        InputError: the file is missing, is not whole, or is of another format or mode.
    """
    try:
        with Image.open(path, formats=formats) as image:
            image.load()
    except OSError as error:
        if error.errno is not None:
            raise unreadable(path, error) from error
        raise _broken(path, formats) from error
    except (SyntaxError, ValueError) as error:
        raise _broken(path, formats) from error
    if image.mode not in modes:
        raise InputError(
            path,
            f"a {image.format} of mode {image.mode}",
            "grey or RGB",
            "convert it, or extract its archive again",
        )
    return image


def _broken(path: str | PathLike[str], formats: Sequence[str]) -> InputError:
    size = Path(path).stat().st_size
    kind = " or ".join(formats)
    return InputError(
        path,
        f"{size} bytes that do not decode as a {kind}",
        f"a whole {kind}",
        "extract its archive again",
    )
