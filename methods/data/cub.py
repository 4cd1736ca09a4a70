"""CUB-200-2011 as published: five lists that are joined by the image's id.

Every path is relative to the folder that the archives are extracted to:

    CUB_200_2011/                     out of CUB_200_2011.tgz
        images.txt, image_class_labels.txt, train_test_split.txt, bounding_boxes.txt, classes.txt
        images/<class folder>/<file>
    segmentations/<class folder>/<stem>.png     out of segmentations.tgz, where it is given
    ObjectMasks/<id>.png              derived from the segmentations (`methods.data.cub_masks`)
    CUBV2/, wsolevaluation*/          see `methods.data.cubv2`

A class is named by what follows the first dot of its folder: 001.Black_footed_Albatross is
Black_footed_Albatross.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

from methods.data.formats import CUB
from methods.data.id_lists import read_table, require_ids, whole
from methods.data.inspection import Box
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

MASKS = CUB.masks
FOLDER = "CUB_200_2011"
IMAGES = f"{FOLDER}/images.txt"
LABELS = f"{FOLDER}/image_class_labels.txt"
SPLIT = f"{FOLDER}/train_test_split.txt"
BOXES = f"{FOLDER}/bounding_boxes.txt"
CLASSES = f"{FOLDER}/classes.txt"
SEGMENTATIONS = "segmentations"

_FILE = re.compile(r"[\w-][^/\\]*/[\w-][^/\\]*\.jpg")  # a class folder and a file
_FOLDER = re.compile(r"[\w-]+\.([^/\\|]+)")


@dataclass(frozen=True)
class CubImage:
    """What the lists say of one image.

    Attributes:
        id: the image's number in images.txt with five digits, such as 00001; of CUBV2,
            the number of its line with v2_ in front.
        file: its path.
        label: 0..C-1, the position of its class.
        split: train, test or cubv2.
        boxes: one box, or in CUBV2 one or more.
        size: (height, width) that a list gives, pixels; None where none does.
    """

    id: str
    file: str
    label: int
    split: str
    boxes: tuple[Box, ...]
    size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Cub:
    """All lists, joined.

    Attributes:
        folders: of the classes, in the order of their ids.
        images: in the order of their ids.
    """

    folders: tuple[str, ...]
    images: tuple[CubImage, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return tuple(folder.partition(".")[2] for folder in self.folders)


def segmentation_file(image: CubImage) -> str:
    """Return the path of an image's segmentation (8-bit grey, brighter where more agree)."""
    path = PurePosixPath(image.file)
    return f"{SEGMENTATIONS}/{path.parent.name}/{path.stem}.png"


def mask_file(image_id: str) -> str:
    """Return the path of a derived mask (one-channel PNG, 0 background, 1 object)."""
    return f"{MASKS}/{image_id}.png"


def class_folder(file: str) -> str:
    """Return the class folder of an image's path."""
    return PurePosixPath(file).parent.name


def read_cub(root: str | PathLike[str]) -> Cub:
    """Read and join the five lists of CUB-200-2011; CUBV2 is not among them.

    Raises:
        InputError: a list is missing or has a wrong line; an id is missing in a list or there
            twice; an image is listed twice, has an unknown class, or lies in another's folder.
    """
    root = Path(root)
    folders = _folders(root)
    files = read_table(root / IMAGES, _file, "an image id and class folder/file.jpg")
    labels = read_table(root / LABELS, _label, "an image id and a class id")
    training = read_table(root / SPLIT, _is_training, "an image id and 1 (train) or 0 (test)")
    boxes = read_table(root / BOXES, _box, "an image id and x, y, width, height")
    lists: dict[str, Mapping[str, object]] = {LABELS: labels, SPLIT: training, BOXES: boxes}
    for name, table in lists.items():
        require_ids(root / name, table, files, Path(IMAGES).name)
    _require_once(root / IMAGES, files)
    images = []
    for id_ in sorted(files, key=int):
        if labels[id_] > len(folders):
            found = f"class {labels[id_]} of image {id_}"
            expected = f"1 to {len(folders)} as classes.txt has"
            raise InputError(root / LABELS, found, expected, EXTRACT_AGAIN)
        require_folder(root / IMAGES, id_, files[id_], folders[labels[id_] - 1])
        images.append(
            CubImage(
                id=f"{int(id_):05d}",
                file=f"{FOLDER}/images/{files[id_]}",
                label=labels[id_] - 1,
                split="train" if training[id_] else "test",
                boxes=(boxes[id_],),
            )
        )
    return Cub(folders, tuple(images))


def require_folder(path: Path, id_: str, file: str, folder: str) -> None:
    """Refuse an image that lies in another folder than its class.

    Raises:
        InputError: it does; the message starts with `path`, the list of the files.
    """
    if class_folder(file) != folder:
        found = f"image {id_} in the folder {class_folder(file)}"
        raise InputError(path, found, f"{folder}, which is its class", EXTRACT_AGAIN)


def _folders(root: Path) -> tuple[str, ...]:
    table = read_table(root / CLASSES, _class, "a class id and number.name")
    numbers = sorted(map(int, table))
    if numbers != list(range(1, len(table) + 1)):
        strange = next(n for k, n in enumerate(numbers, 1) if n != k)
        found = f"the class id {strange} among {len(table)} classes"
        raise InputError(root / CLASSES, found, f"1 to {len(table)}", EXTRACT_AGAIN)
    folders = tuple(table[str(number)] for number in numbers)
    names = [folder.partition(".")[2] for folder in folders]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        found = f"the class name {twice[0]} twice"
        raise InputError(root / CLASSES, found, "each name once", EXTRACT_AGAIN)
    return folders


def _require_once(path: Path, files: Mapping[str, str]) -> None:
    ids: dict[str, str] = {}
    for id_, file in files.items():
        if file in ids:
            found = f"{file} under the ids {ids[file]} and {id_}"
            raise InputError(path, found, "each image once", EXTRACT_AGAIN)
        ids[file] = id_


def _fields(fields: Sequence[str], count: int) -> Sequence[str]:
    """The fields behind the id, which must be a number without leading zeros."""
    if len(fields) != count + 1 or str(whole(fields[0], 1)) != fields[0]:
        raise ValueError(f"{len(fields)} fields")
    return fields[1:]


def _file(fields: Sequence[str]) -> str:
    (file,) = _fields(fields, 1)
    if not _FILE.fullmatch(file):
        raise ValueError(f"{file!r} is no class folder and file")
    return file


def _class(fields: Sequence[str]) -> str:
    (folder,) = _fields(fields, 1)
    if not _FOLDER.fullmatch(folder):
        raise ValueError(f"{folder!r} is no number and name")
    return folder


def _label(fields: Sequence[str]) -> int:
    return whole(_fields(fields, 1)[0], 1)


def _is_training(fields: Sequence[str]) -> bool:
    return whole(_fields(fields, 1)[0], 0, 1) == 1


def _box(fields: Sequence[str]) -> Box:
    x, y, width, height = (float(field) for field in _fields(fields, 4))
    if not all(map(math.isfinite, (x, y, width, height))):
        raise ValueError("a number that is not finite")
    return x, y, width, height
