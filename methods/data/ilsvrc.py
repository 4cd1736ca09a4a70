"""ILSVRC 2012's images and the boxes of its validation images, as published.

Every path is relative to the folder that the three archives are extracted to; the archives are
told by their names:

    train/<wnid>/<stem>.JPEG     out of ILSVRC2012_img_train.tar, which holds a tar of each class
    val/<stem>.JPEG              out of ILSVRC2012_img_val.tar, which has no folders
    boxes/val/<stem>.xml         out of ILSVRC2012_bbox_val_v3.tgz

A class is a WordNet id, and classes are in the order of these. Of a validation image, the boxes'
file names the class. Corners x1, y1, x2, y2 are whole pixels; as in the published program, the box
is x1, y1 and x2 - x1, y2 - y1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from methods.data.files import unreadable
from methods.data.formats import ILSVRC
from methods.data.inspection import Box
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

TRAIN, VAL = "train", "val"
BOXES = "boxes/val"
SUFFIX = ".JPEG"
# The folder that an archive is extracted to.
FOLDERS = dict(zip(ILSVRC.archives, (TRAIN, VAL, "boxes"), strict=True))
NESTED = ILSVRC.archives[:1]


@dataclass(frozen=True)
class IlsvrcImage:
    """One image.

    Attributes:
        id: the stem of its file.
        file: its path.
        split: train or val.
        label: 0..C-1, the position of its class.
        boxes: of val, one or more; of train none.
    """

    id: str
    file: str
    split: str
    label: int
    boxes: tuple[Box, ...]


def annotation_file(image_id: str) -> str:
    """Return the path of the boxes of an image of val."""
    return f"{BOXES}/{image_id}.xml"


def read_annotation(path: Path) -> tuple[str, tuple[Box, ...]]:
    """Read the class and the boxes of an image of val, in the file's order.

    Raises:
        InputError: the file is missing, is no XML with objects, or has objects of two classes.
    """
    try:
        objects = ElementTree.parse(path).getroot().findall("object")
        names = sorted({item.findtext("name", "").strip() for item in objects})
        boxes = tuple(_box(item) for item in objects)
        if not boxes or "" in names:
            raise ValueError("an object without a name" if boxes else "no object")
    except OSError as error:
        raise unreadable(path, error) from error
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InputError(
            path,
            f"a file that does not read as boxes ({error})",
            "XML with a name and whole corners xmin, ymin, xmax, ymax of each object",
            EXTRACT_AGAIN,
        ) from error
    if len(names) > 1:
        found = f"objects of {len(names)} classes, {' and '.join(names[:2])}"
        raise InputError(path, found, "one class, that of the image", EXTRACT_AGAIN)
    return names[0], boxes


def read_images(root: Path, classes: Sequence[str]) -> list[IlsvrcImage]:
    """List the images of train, then those of val, each by its path.

    Raises:
        InputError: a file is no .JPEG, an image of val has no boxes' file or the other way round,
            or an image's class is not among `classes`.
    """
    numbers = {name: label for label, name in enumerate(classes)}
    images = [
        IlsvrcImage(path.stem, f"{TRAIN}/{name}/{path.name}", TRAIN, numbers[name], ())
        for name in classes
        for path in _files(root / TRAIN / name, SUFFIX)
    ]
    pictures, annotations = _files(root / VAL, SUFFIX), _files(root / BOXES, ".xml")
    stems = {path.stem for path in pictures}
    annotated = {path.stem for path in annotations}
    for path, missing in (
        (root / BOXES, sorted(stems - annotated)),
        (root / VAL, sorted(annotated - stems)),
    ):
        if missing:
            more = f" and {len(missing) - 1} more" if missing[1:] else ""
            found = f"nothing of the image {missing[0]}{more}"
            expected = "images of val and their boxes, each with the other"
            raise InputError(path, found, expected, "check that the archives belong together")
    for picture in pictures:
        path = root / annotation_file(picture.stem)
        name, boxes = read_annotation(path)
        if name not in numbers:
            expected = f"one of the {len(numbers)} classes"
            remedy = "correct `classes` in the experiment, or check the archives"
            raise InputError(path, f"an object of class {name!r}", expected, remedy)
        images.append(IlsvrcImage(picture.stem, f"{VAL}/{picture.name}", VAL, numbers[name], boxes))
    return images


def class_folders(root: Path) -> list[str]:
    """Return the names of the class folders of train, sorted; none where there is no train."""
    folder = root / TRAIN
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _files(folder: Path, suffix: str) -> list[Path]:
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    for path in files:
        if path.suffix != suffix:
            expected = f"files whose names end in {suffix}"
            raise InputError(path, "another file or a folder", expected, EXTRACT_AGAIN)
    return files


def _box(element: ElementTree.Element) -> Box:
    corners = (element.findtext(f"bndbox/{name}") for name in ("xmin", "ymin", "xmax", "ymax"))
    x1, y1, x2, y2 = (int(corner or "none") for corner in corners)
    return float(x1), float(y1), float(x2 - x1), float(y2 - y1)
