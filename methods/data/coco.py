"""COCO 2014's folders, ids and instance annotations.

Every path is relative to the folder that the three archives are extracted to.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from methods.data.files import unreadable
from methods.data.formats import COCO
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

PARTS = ("train", "val")
MASKS = COCO.masks  # derived from the annotations
_LONGEST_SIDE = 65535  # pixels, of a JPEG

_ID = re.compile(r"COCO_(train|val)2014_(\d{12})")


def image_id(part: str, number: int) -> str:
    """Return the id of an image from its part, train or val, and its number."""
    return f"COCO_{part}2014_{number:012d}"


def part_of(id_: str) -> str:
    """Return the part, train or val, of an image's id."""
    return _parsed(id_)[1]


def number_of(id_: str) -> int:
    """Return the number of an image's id, which train and val do not share."""
    return int(_parsed(id_)[2])


def image_folder(part: str) -> str:
    """Return the folder of a part's images."""
    return f"{part}2014"


def image_file(id_: str) -> str:
    """Return the path of an image."""
    return f"{image_folder(part_of(id_))}/{id_}.jpg"


def mask_file(id_: str) -> str:
    """Return the path of a mask (one-channel PNG), named as the published program's lists are."""
    return f"{MASKS}/{part_of(id_)}/{number_of(id_):012d}.png"


def annotation_file(part: str) -> str:
    """Return the path of the annotated instances of a part."""
    return f"annotations/instances_{part}2014.json"


def _parsed(id_: str) -> re.Match[str]:
    match = _ID.fullmatch(id_)
    assert match, f"{id_} is no id of COCO 2014"
    return match


# A list of polygons x0, y0, x1, y1, ...; or {"size": [height, width], "counts": lengths of runs}.
Shape = list[list[float]] | dict[str, Any]


@dataclass(frozen=True, slots=True)
class CocoObject:
    """One annotated instance.

    Attributes:
        id: of the annotation.
        label: 1..C, the position of its category in the order of category ids.
        crowd: whether it is a region of many instances that nobody told apart.
        shape: as the annotation has it.
    """

    id: int
    label: int
    crowd: bool
    shape: Shape


@dataclass(frozen=True, slots=True)
class CocoImage:
    """One image.

    Attributes:
        id: such as COCO_train2014_000000000009.
        height: pixels.
        width: pixels.
        objects: in the file's order.
    """

    id: str
    height: int
    width: int
    objects: tuple[CocoObject, ...]

    def labels(self) -> tuple[int, ...]:
        """Return the classes that are annotated, crowds too, each once, sorted."""
        return tuple(sorted({item.label for item in self.objects}))


@dataclass(frozen=True)
class Instances:
    """A part's annotations.

    Attributes:
        classes: names of the categories in the order of their ids, which have gaps.
        images: sorted by id, with or without annotations.
    """

    classes: tuple[str, ...]
    images: tuple[CocoImage, ...]


def read_instances(root: str | PathLike[str], part: str) -> Instances:
    """Read the annotated instances of a part, train or val.

    The published file of train takes about 2 GB of memory.

    Raises:
        InputError: the file is missing, is not JSON, lacks a field, or contradicts itself.
    """
    path = Path(root) / annotation_file(part)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return _instances(content, part)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(
            path,
            f"a file that does not read as instance annotations ({reason})",
            "COCO's JSON with images, annotations and categories",
            EXTRACT_AGAIN,
        ) from error


def split_ids(
    train: Instances, val: Instances, sizes: Mapping[str, int]
) -> dict[str, tuple[str, ...]]:
    """Return the ids of each split, sorted.

    train and val are the images with at least one annotation; val_part is the first
    `sizes["val_part"]` of val.
    """
    annotated = {
        part: tuple(image.id for image in instances.images if image.objects)
        for part, instances in (("train", train), ("val", val))
    }
    return {**annotated, "val_part": annotated["val"][: sizes["val_part"]]}


def _instances(content: Mapping[str, Any], part: str) -> Instances:
    categories = sorted(content["categories"], key=lambda category: int(category["id"]))
    labels = {category["id"]: label for label, category in enumerate(categories, 1)}
    objects: dict[int, list[CocoObject]] = {image["id"]: [] for image in content["images"]}
    if len(objects) < len(content["images"]):
        raise ValueError("an image id twice")
    if len(labels) < len(categories):
        raise ValueError("a category id twice")
    for annotation in content["annotations"]:
        objects[annotation["image_id"]].append(
            CocoObject(
                id=int(annotation["id"]),
                label=labels[annotation["category_id"]],
                crowd=bool(_whole(annotation, "iscrowd", 0, 1)),
                shape=annotation["segmentation"],
            )
        )
    images = [_image(image, part, objects[image["id"]]) for image in content["images"]]
    return Instances(
        classes=tuple(str(category["name"]) for category in categories),
        images=tuple(sorted(images, key=lambda image: image.id)),
    )


def _image(image: Mapping[str, Any], part: str, objects: Sequence[CocoObject]) -> CocoImage:
    id_ = image_id(part, image["id"])
    if image["file_name"] != f"{id_}.jpg":
        raise ValueError(f"image {image['id']} with the file name {image['file_name']!r}")
    height, width = (_whole(image, key, 1, _LONGEST_SIDE) for key in ("height", "width"))
    return CocoImage(id_, height, width, tuple(objects))


def _whole(values: Mapping[str, Any], key: str, low: int, high: int) -> int:
    value = values[key]
    if type(value) is not int or not low <= value <= high:
        raise ValueError(f"{key} {value!r} of {values['id']}")
    return value
