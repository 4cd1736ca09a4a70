"""What was found in the files of one image, whatever the format of its data set."""

from dataclasses import dataclass
from pathlib import Path

from methods.data.files import sha256

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class DataFile:
    """A file by its path relative to the data set's folder, its size and its digest."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Inspection:
    """One image whose files are whole and agree.

    Attributes:
        id: the image's id.
        height: pixels.
        width: pixels.
        mode: "L" for a grey image, "RGB" for one in colour.
        labels: classes of the annotation, in the data set's order; empty where none is read.
        unseen: those of `labels` without a pixel in the mask; empty where there is no mask.
        unnamed: classes with a pixel in the mask that are not among `labels`.
        outside: number of annotated boxes that are empty or leave the image.
        image: path of the image, as in `files`.
        mask: path of the mask, as in `files`; None where there is none.
        files: the image and, as asked for, its annotation and its mask.
        annotated: whether the annotation was read.
        boxes: x, y, width, height of each object, in the order of the annotation, in pixels of the
            image from 0; None where the format has none or none are annotated.
    """

    id: str
    height: int
    width: int
    mode: str
    labels: tuple[str, ...]
    unseen: tuple[str, ...]
    unnamed: tuple[str, ...]
    outside: int
    image: str
    mask: str | None
    files: tuple[DataFile, ...]
    annotated: bool = True
    boxes: tuple[Box, ...] | None = None


def data_file(root: Path, name: str) -> DataFile:
    """Return the size and the digest of a file below `root`."""
    path = root / name
    return DataFile(name, path.stat().st_size, sha256(path))
