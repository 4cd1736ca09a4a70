"""Class masks out of COCO's instance annotations.

COCO publishes outlines of instances, and no class masks. The masks that the published numbers were
computed on are not described. The rule here, where instances overlap: **smaller over larger**, by
the number of pixels of each instance alone; of two equal ones, the annotation with the larger id.
A crowd is painted first, as 255, so that it is left out of the scores where no instance lies on it.
"""

from collections.abc import Iterator
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle
from tqdm import tqdm

from methods.data.coco import (
    MASKS,
    PARTS,
    CocoImage,
    CocoObject,
    annotation_file,
    mask_file,
    read_instances,
)
from methods.data.files import atomic_folder
from methods.data.labels import IGNORE, write_index_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError
from methods.workers import map_in_order

_MIN_COORDINATES = 6  # of a polygon


def class_mask(image: CocoImage) -> NDArray[np.uint8]:
    """Return the class of each pixel, uint8 (H, W): 0 background, 1..C, 255 for crowds.

    Raises:
        InputError: an annotation's shape is no polygon and no run-length code of the image's size.
    """
    regions = [(item, _region(item, image)) for item in image.objects]
    regions.sort(key=lambda pair: (not pair[0].crowd, -int(pair[1].sum()), pair[0].id))
    mask = np.zeros((image.height, image.width), dtype=np.uint8)
    for item, region in regions:
        mask[region] = IGNORE if item.crowd else item.label
    return mask


def derive_masks(tree: str | PathLike[str], num_classes: int, processes: int) -> None:
    """Write the mask of every image with an annotation into SegmentationClass.

    Raises:
        InputError: an annotation file is missing or broken, or has another number of categories.
    """
    root = Path(tree)
    with atomic_folder(root / MASKS) as folder:
        for part in PARTS:
            (folder / part).mkdir()
            annotated = _annotated(root, part, num_classes)
            made = map_in_order(partial(_write, folder), annotated, processes)
            for _ in tqdm(made, f"deriving masks of {part}", disable=None):
                continue


def _annotated(root: Path, part: str, num_classes: int) -> Iterator[CocoImage]:
    instances = read_instances(root, part)
    if len(instances.classes) != num_classes:
        raise InputError(
            root / annotation_file(part),
            f"{len(instances.classes)} categories",
            f"{num_classes} classes as the experiment has",
            "correct `classes` in the experiment, in the order of the category ids",
        )
    return (image for image in instances.images if image.objects)


def _write(folder: Path, image: CocoImage) -> None:
    path = folder / Path(mask_file(image.id)).relative_to(MASKS)
    write_index_png(path, class_mask(image))


def _region(item: CocoObject, image: CocoImage) -> NDArray[np.bool_]:
    """The pixels of one instance, bool (H, W)."""
    height, width, shape = image.height, image.width, item.shape
    side = max(height, width)
    if isinstance(shape, list) and shape and all(_is_polygon(part, side) for part in shape):
        codes = rle.merge(rle.frPyObjects(shape, height, width))
    elif isinstance(shape, dict) and _is_code(shape, height, width):
        codes = rle.frPyObjects(shape, height, width)
    else:
        raise InputError(
            f"annotation {item.id} of {image.id}",
            "a shape that is neither",
            f"polygons of three or more points, or run lengths of {width}x{height} pixels",
            EXTRACT_AGAIN,
        )
    return np.asarray(rle.decode(codes), dtype=bool)


def _is_polygon(part: object, side: int) -> bool:
    """Whether a part of a shape is a list of points in or near an image of this longer side."""
    return (
        isinstance(part, list)
        and len(part) >= _MIN_COORDINATES
        and len(part) % 2 == 0
        and all(isinstance(value, int | float) and abs(value) <= 2 * side for value in part)
    )


def _is_code(shape: dict[str, object], height: int, width: int) -> bool:
    """Whether a shape is COCO's uncompressed run-length code for an image of this size."""
    counts = shape.get("counts")
    return (
        shape.get("size") == [height, width]
        and isinstance(counts, list)
        and all(isinstance(count, int) and count >= 0 for count in counts)
        and sum(counts) == height * width
    )
