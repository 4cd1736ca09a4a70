"""Photographs, decoded to the last row."""

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.files import unreadable
from methods.errors import InputError


def read_rgb(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Read a JPEG as uint8 (H, W, 3); a grey one is stacked to three equal channels.

    Raises:
        InputError: see `decode_image`.
    """
    image = decode_image(path)
    return np.repeat(image[:, :, None], 3, axis=2) if image.ndim == 2 else image


def decode_image(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Decode a JPEG as it is stored: uint8 (H, W) if grey, else uint8 (H, W, 3).

    Raises:
        InputError: the file is missing, is not a whole JPEG, or is neither grey nor RGB.
    """
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            mode = image.mode
            pixels = np.array(image)
    except OSError as error:
        if error.errno is not None:
            raise unreadable(path, error) from error
        raise _broken(path) from error
    except (SyntaxError, ValueError) as error:
        raise _broken(path) from error
    if mode not in ("L", "RGB"):
        raise InputError(
            path,
            f"a JPEG of mode {mode}",
            "grey or RGB",
            "convert it, or extract its archive again",
        )
    return pixels


def _broken(path: str | PathLike[str]) -> InputError:
    size = Path(path).stat().st_size
    return InputError(
        path,
        f"{size} bytes that do not decode as a JPEG",
        "a whole JPEG",
        "extract its archive again",
    )
