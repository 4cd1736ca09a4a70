"""Archives of generated scenes, laid out as COCO 2014's."""

import json
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.coco import annotation_file, image_file, image_id
from methods.data.encoding import encode_jpeg
from methods.data.files import atomic_path
from methods.data.formats import COCO
from methods.data.polygons import polygons, run_lengths
from methods.data.scene_files import Renderer, Scene, draw_size
from methods.data.scenes import render_scene
from methods.workers import map_in_order

CROWD_EVERY = 4  # every fourth image, if it has two objects or more, has the last one as a crowd
_GAP = 3  # COCO's category ids have gaps; here after so many classes

render = render_scene


@dataclass(frozen=True)
class GeneratedSettings:
    """A generated data set, as `datasets.<name>.generated` of an experiment file gives it."""

    seed: int
    train: int  # images with annotations
    val: int
    unannotated: int  # further images, by turns in train and in val, that are in no list
    size: tuple[int, int]  # bounds of the image sides, pixels
    grey_share: float  # of the images, stored with one channel


@dataclass(frozen=True)
class _Made:
    """One image: the JPEG, its (height, width), and its annotations without their ids."""

    jpeg: bytes
    size: tuple[int, int]
    annotations: tuple[dict[str, Any], ...]


def write_archives(
    folder: str | PathLike[str],
    *,
    settings: GeneratedSettings,
    classes: Sequence[str],
    render: Renderer,
    threads: int,
) -> list[Path]:
    """Render the data set and pack it as COCO's three archives, byte for byte repeatable.

    Args:
        folder: where the archives go.
        settings: what to render; image n depends on the seed and n alone.
        classes: category names.
        render: draws one scene; it runs in other processes.
        threads: number of those processes.

    Returns:
        The paths of the images of train and of val, and of the annotations.

    Raises:
        InputError: the archives cannot be written.
    """
    paths = [Path(folder) / name for name in COCO.archives]
    with ExitStack() as stack:
        train, val, annotations = (stack.enter_context(_zip(path)) for path in paths)
        numbers = _plan(settings)
        make = partial(_make, settings, render, len(classes))
        for part, archive in (("train", train), ("val", val)):
            content = _header(classes)
            made = map_in_order(make, numbers[part], threads)
            for number, item in zip(numbers[part], made, strict=True):
                id_ = image_id(part, number)
                _add(archive, image_file(id_), item.jpeg)
                _list(content, number, f"{id_}.jpg", item)
            text = json.dumps(content, separators=(",", ":"))
            _add(annotations, annotation_file(part), text.encode(), zipfile.ZIP_DEFLATED)
    return paths


def _plan(settings: GeneratedSettings) -> dict[str, list[int]]:
    """Number the images: those of train, those of val, and those without annotations."""
    train = settings.train
    annotated = train + settings.val
    bare = range(annotated + 1, annotated + settings.unannotated + 1)
    return {
        "train": [*range(1, train + 1), *bare[::2]],
        "val": [*range(train + 1, annotated + 1), *bare[1::2]],
    }


def _make(settings: GeneratedSettings, render: Renderer, num_classes: int, number: int) -> _Made:
    rng = np.random.default_rng([settings.seed, number])
    height, width = draw_size(rng, settings.size)
    grey = rng.random() < settings.grey_share
    scene = render(rng, height, width, num_classes)
    pixels = np.asarray(Image.fromarray(scene.image).convert("L")) if grey else scene.image
    annotated = number <= settings.train + settings.val
    crowd = number % CROWD_EVERY == 0
    return _Made(
        jpeg=encode_jpeg(pixels),
        size=(height, width),
        annotations=tuple(_annotations(scene, crowd=crowd)) if annotated else (),
    )


def _annotations(scene: Scene, *, crowd: bool) -> Iterator[dict[str, Any]]:
    """The objects as COCO writes them; the last of several may be a crowd, as run lengths."""
    last = len(scene.objects) if crowd and len(scene.objects) > 1 else 0
    for number, (label, (xmin, ymin, xmax, ymax)) in enumerate(scene.objects, 1):
        region = scene.instances == number
        yield {
            "category_id": _category_id(label),
            "iscrowd": int(number == last),
            "segmentation": _run_length_code(region) if number == last else polygons(region),
            "area": float(region.sum()),
            "bbox": [float(value) for value in (xmin, ymin, xmax - xmin, ymax - ymin)],
        }


def _run_length_code(region: NDArray[np.bool_]) -> dict[str, list[int]]:
    return {"size": list(region.shape), "counts": run_lengths(region)}


def _category_id(label: int) -> int:
    return label + (label > _GAP)


def _header(classes: Sequence[str]) -> dict[str, Any]:
    return {
        "info": {"description": "Generated scenes", "year": 2014},
        "images": [],
        "annotations": [],
        "categories": [
            {"supercategory": "shape", "id": _category_id(label), "name": name}
            for label, name in enumerate(classes, 1)
        ],
    }


def _list(content: dict[str, Any], number: int, file_name: str, item: _Made) -> None:
    """Append an image and its annotations, whose ids go on from image to image."""
    height, width = item.size
    content["images"].append(
        {"id": number, "file_name": file_name, "height": height, "width": width}
    )
    for annotation in item.annotations:
        id_ = len(content["annotations"]) + 1
        content["annotations"].append({"id": id_, "image_id": number, **annotation})


@contextmanager
def _zip(path: Path) -> Iterator[zipfile.ZipFile]:
    with atomic_path(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        yield archive


def _add(
    archive: zipfile.ZipFile, name: str, content: bytes, method: int = zipfile.ZIP_STORED
) -> None:
    member = zipfile.ZipInfo(name)  # of the first day of 1980, whenever it is made
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    archive.writestr(member, content, method)
