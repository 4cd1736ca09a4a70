"""CUBV2: further images of CUB's classes, with the lists of wsolevaluation.

Two archives hold them, both as published:

    CUBV2.tar                 <class folder>/<file>; it is extracted to CUBV2/
    wsolevaluation*.tar.gz    the repository as GitHub packs it, with one top folder whose name
                              starts with wsolevaluation, and in it metadata/CUB/val/ with
        image_ids.txt         id
        class_labels.txt      id,label: 0-based, in the order of CUB's class folders
        image_sizes.txt       id,width,height
        localization.txt      id,x0,y0,x1,y1: pixels from 0, ends included; one line a box

An id is a path below CUBV2/.
"""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from methods.data.cub import CubImage, require_folder
from methods.data.id_lists import read_lines, read_table, require_ids, whole
from methods.data.inspection import Box
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

SPLIT = "cubv2"
FOLDER = "CUBV2"
LISTS = "metadata/CUB/val"
PACKED = "wsolevaluation"  # what the top folder of the lists' archive starts with


def lists_folder(root: str | PathLike[str]) -> Path:
    """Return the folder of the lists.

    Raises:
        InputError: there is none, or more than one.
    """
    found = sorted(Path(root).glob(f"{PACKED}*/{LISTS}"))
    if len(found) != 1:
        raise InputError(
            root,
            f"{len(found)} folders {PACKED}*/{LISTS}",
            f"one, with the lists of the split {SPLIT}",
            "add CUBV2.tar and the packed wsolevaluation repository to `archives`, each once,"
            " or take the split out of `splits`",
        )
    return found[0]


def read_cubv2(root: str | PathLike[str], folders: Sequence[str]) -> tuple[CubImage, ...]:
    """Read and join the four lists.

    Args:
        root: the folder of the extracted archives.
        folders: CUB's class folders, in the order of their ids.

    Raises:
        InputError: a list is missing or has a wrong line; an id is missing in a list or twice;
            an image has an unknown class, or lies in another's folder.
    """
    lists = lists_folder(root)
    ids = read_table(lists / "image_ids.txt", _nothing, "class folder/file", ",")
    labels = read_table(lists / "class_labels.txt", _label, "an id and a label", ",")
    sizes = read_table(lists / "image_sizes.txt", _size, "an id, width and height", ",")
    boxes: dict[str, list[Box]] = {}
    for id_, box in read_lines(lists / "localization.txt", _box, "an id and x0,y0,x1,y1", ","):
        boxes.setdefault(id_, []).append(box)
    for name, found in (
        ("class_labels.txt", labels.keys()),
        ("image_sizes.txt", sizes.keys()),
        ("localization.txt", boxes.keys()),
    ):
        require_ids(lists / name, found, ids, "image_ids.txt")
    images = []
    for number, id_ in enumerate(ids, 1):
        if labels[id_] >= len(folders):
            found_label = f"label {labels[id_]} of {id_}"
            expected = f"0 to {len(folders) - 1} of CUB's classes"
            raise InputError(lists / "class_labels.txt", found_label, expected, EXTRACT_AGAIN)
        require_folder(lists / "image_ids.txt", id_, id_, folders[labels[id_]])
        images.append(
            CubImage(
                id=f"v2_{number:05d}",
                file=f"{FOLDER}/{id_}",
                label=labels[id_],
                split=SPLIT,
                boxes=tuple(boxes[id_]),
                size=sizes[id_],
            )
        )
    return tuple(images)


def _fields(fields: Sequence[str], count: int) -> Sequence[str]:
    """The fields behind the id, which must be a path of two parts."""
    folder, _, file = fields[0].partition("/")
    if len(fields) != count + 1 or not folder or not file or {"/", "\\"} & {*file, *folder}:
        raise ValueError(f"{len(fields)} fields")
    if ".." in (folder, file):
        raise ValueError("a path that leaves the folder")
    return fields[1:]


def _nothing(fields: Sequence[str]) -> None:
    _fields(fields, 0)


def _label(fields: Sequence[str]) -> int:
    return whole(_fields(fields, 1)[0], 0)


def _size(fields: Sequence[str]) -> tuple[int, int]:
    width, height = (whole(field, 1) for field in _fields(fields, 2))
    return height, width


def _box(fields: Sequence[str]) -> Box:
    x0, y0, x1, y1 = (whole(field, 0) for field in _fields(fields, 4))
    return float(x0), float(y0), float(x1 - x0 + 1), float(y1 - y0 + 1)
