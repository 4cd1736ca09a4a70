"""PASCAL VOC's folders, lists and annotations."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from xml.etree import ElementTree

from methods.data.files import unreadable
from methods.data.formats import VOC, data_root
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

Box = tuple[int, int, int, int]

AUGMENTED_MASKS = VOC.masks  # masks of VOC's and SBD's images together

_ID = re.compile(r"[0-9A-Za-z_]+")


def voc_folder(tree: str | PathLike[str]) -> Path:
    """Return the VOC 2012 folder of an extracted data set."""
    return data_root("voc", tree)


def image_file(image_id: str) -> str:
    """Return the path of an image relative to the VOC 2012 folder."""
    return f"JPEGImages/{image_id}.jpg"


def annotation_file(image_id: str) -> str:
    """Return the path of an annotation relative to the VOC 2012 folder."""
    return f"Annotations/{image_id}.xml"


def class_mask_file(image_id: str) -> str:
    """Return the path of one of VOC's own masks (palette PNG, 255 along the outlines)."""
    return f"SegmentationClass/{image_id}.png"


def augmented_mask_file(image_id: str) -> str:
    """Return the path of a mask of the augmented set (one-channel PNG)."""
    return f"{AUGMENTED_MASKS}/{image_id}.png"


def split_file(split: str) -> str:
    """Return the path of a segmentation list relative to the VOC 2012 folder."""
    return f"ImageSets/Segmentation/{split}.txt"


def read_split(root: str | PathLike[str], split: str) -> tuple[str, ...]:
    """Read the ids of a segmentation list of the VOC 2012 folder `root`, in the list's order.

    Raises:
        InputError: see `read_ids`.
    """
    return read_ids(Path(root) / split_file(split))


def read_ids(path: str | PathLike[str]) -> tuple[str, ...]:
    """Read a list with one image id a line, in its order; the last line may lack its end.

    Raises:
        InputError: the list is missing or empty, a line is no id, or an id comes twice.
    """
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise unreadable(path, error) from error
    remedy = EXTRACT_AGAIN
    ids = tuple(line.strip() for line in text.rstrip().splitlines())
    for number, image_id in enumerate(ids, 1):
        if not _ID.fullmatch(image_id):
            found = f"{image_id!r} on line {number}"
            raise InputError(path, found, "an image id of letters, digits and _", remedy)
    if not ids:
        raise InputError(path, "an empty list", "one image id a line", remedy)
    image_id, times = Counter(ids).most_common(1)[0]
    if times > 1:
        raise InputError(path, f"{image_id} {times} times", "each image id once", remedy)
    return ids


@dataclass(frozen=True)
class VocObject:
    """One annotated object.

    Attributes:
        name: class name.
        box: (xmin, ymin, xmax, ymax), half-open pixels from 0. VOC's file counts from 1 and
            includes the last pixel.
    """

    name: str
    box: Box


@dataclass(frozen=True)
class Annotation:
    """One annotation file.

    Attributes:
        height: of the image, pixels.
        width: of the image, pixels.
        objects: in the file's order.
    """

    height: int
    width: int
    objects: tuple[VocObject, ...]


def read_annotation(path: str | PathLike[str]) -> Annotation:
    """Read an annotation file.

    Raises:
        InputError: the file is missing, is not XML, or lacks a field.
    """
    try:
        root = ElementTree.parse(path).getroot()
        objects = tuple(_object(element) for element in root.findall("object"))
        return Annotation(
            height=round(_number(root, "size/height")),
            width=round(_number(root, "size/width")),
            objects=objects,
        )
    except OSError as error:
        raise unreadable(path, error) from error
    except (ElementTree.ParseError, ValueError, OverflowError, LookupError) as error:
        raise InputError(
            path,
            f"a file that does not read as an annotation ({error})",
            "VOC's XML with the image's size and, for each object, a name and a box",
            EXTRACT_AGAIN,
        ) from error


def image_labels(
    annotation: Annotation, classes: Sequence[str], where: str | PathLike[str]
) -> tuple[str, ...]:
    """Return the classes that an annotation names, in the order of `classes`, each once.

    Objects marked as difficult count.

    Raises:
        InputError: an object's class is not among `classes`; the message starts with `where`.
    """
    names = {item.name for item in annotation.objects}
    unknown = sorted(names.difference(classes))
    if unknown:
        raise InputError(
            where,
            f"an object of class {unknown[0]!r}",
            f"one of {', '.join(classes)}",
            "check the classes of the data set",
        )
    return tuple(name for name in classes if name in names)


def _object(element: ElementTree.Element) -> VocObject:
    # Some of VOC's corners have decimals, such as 45.70000076293945.
    xmin, ymin, xmax, ymax = (
        round(_number(element, f"bndbox/{corner}")) for corner in ("xmin", "ymin", "xmax", "ymax")
    )
    name = element.findtext("name", "").strip()
    if not name:
        raise ValueError("an object without a name")
    return VocObject(name, (xmin - 1, ymin - 1, xmax, ymax))


def _number(element: ElementTree.Element, path: str) -> float:
    text = element.findtext(path)
    if text is None:
        raise ValueError(f"no <{path}>")
    return float(text)
