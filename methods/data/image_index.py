"""The index of a data set: its images and their image-level labels, and nothing finer."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.errors import InputError

COLUMNS = ("id", "image", "width", "height", "mode", "splits", "labels")
SEPARATOR = "|"  # between the names in the columns splits and labels


@dataclass(frozen=True)
class ImageRecord:
    """One image.

    Attributes:
        id: the image's id, such as 2007_000033.
        image: path relative to the data set's folder.
        height: of the image, pixels.
        width: of the image, pixels.
        labels: float32 (C,) multi-hot over the foreground classes.
    """

    id: str
    image: str
    height: int
    width: int
    labels: NDArray[np.float32]


def read_index(path: Path, split: str, classes: Sequence[str]) -> list[ImageRecord]:
    """Read the images of one split, in the order of the file.

    Raises:
        InputError: the split has no image, or a label is not among `classes`.
    """
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if split in row["splits"].split(SEPARATOR)]
    if not rows:
        raise InputError(path, f"no image of split {split!r}", "at least one", "check the splits")
    return [_record(path, row, classes) for row in rows]


def _record(path: Path, row: dict[str, str], classes: Sequence[str]) -> ImageRecord:
    labels = np.zeros(len(classes), dtype=np.float32)
    for name in filter(None, row["labels"].split(SEPARATOR)):
        if name not in classes:
            raise InputError(
                path,
                f"label {name!r} of image {row['id']}",
                f"one of {', '.join(classes)}",
                "check the classes of the data set",
            )
        labels[classes.index(name)] = 1
    return ImageRecord(row["id"], row["image"], int(row["height"]), int(row["width"]), labels)
