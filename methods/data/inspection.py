"""What the files of one image hold, and whether they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.data.files import sha256
from methods.data.images import decode_image
from methods.data.labels import present_classes, read_label_png
from methods.data.voc import (
    Annotation,
    annotation_file,
    augmented_mask_file,
    image_file,
    image_labels,
    read_annotation,
)
from methods.errors import InputError


@dataclass(frozen=True)
class DataFile:
    """A file by its path relative to VOC's folder, its size and its digest."""

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
        labels: classes of the annotation, in the data set's order.
        unseen: those of `labels` without a pixel in the mask; empty where there is no mask.
        outside: number of annotated boxes that are empty or leave the image.
        files: the image, its annotation and, if asked for, its mask.
    """

    id: str
    height: int
    width: int
    mode: str
    labels: tuple[str, ...]
    unseen: tuple[str, ...]
    outside: int
    files: tuple[DataFile, ...]


def inspect_image(
    root: Path, image_id: str, classes: Sequence[str], *, with_mask: bool
) -> Inspection:
    """Decode the files of one image and compare them.

    Args:
        root: the VOC 2012 folder.
        image_id: the image's id.
        classes: foreground class names.
        with_mask: whether the image has a mask in SegmentationClassAug.

    Raises:
        InputError: a file is missing or broken, a size differs, a class is unknown, or the mask
            shows a class that the annotation does not name.
    """
    pixels = decode_image(root / image_file(image_id))
    height, width = pixels.shape[:2]
    annotation_path = root / annotation_file(image_id)
    annotation = read_annotation(annotation_path)
    if (annotation.height, annotation.width) != (height, width):
        raise InputError(
            annotation_path,
            f"an image size of {annotation.width}x{annotation.height} pixels",
            f"{width}x{height} as the image has",
            "extract the archives again",
        )
    labels = image_labels(annotation, classes, annotation_path)
    names = [image_file(image_id), annotation_file(image_id)]
    unseen: tuple[str, ...] = ()
    if with_mask:
        names.append(augmented_mask_file(image_id))
        unseen = _compare_mask(root / names[-1], (height, width), labels, classes)
    return Inspection(
        id=image_id,
        height=height,
        width=width,
        mode="L" if pixels.ndim == 2 else "RGB",
        labels=labels,
        unseen=unseen,
        outside=_boxes_outside(annotation),
        files=tuple(_data_file(root, name) for name in names),
    )


def _compare_mask(
    path: Path, size: tuple[int, int], labels: tuple[str, ...], classes: Sequence[str]
) -> tuple[str, ...]:
    """Return the labels without a pixel; refuse a mask with a class that is no label."""
    present = present_classes(read_label_png(path, len(classes), size))
    shown = {classes[number - 1] for number in present}
    unnamed = sorted(shown.difference(labels))
    if unnamed:
        raise InputError(
            path,
            f"pixels of {', '.join(unnamed)}",
            f"only what the image's annotation names ({', '.join(labels) or 'nothing'})",
            "check the order of `classes`, and that mask and annotation are of the same image",
        )
    return tuple(name for name in labels if name not in shown)


def _boxes_outside(annotation: Annotation) -> int:
    return sum(
        not (0 <= xmin < xmax <= annotation.width and 0 <= ymin < ymax <= annotation.height)
        for xmin, ymin, xmax, ymax in (item.box for item in annotation.objects)
    )


def _data_file(root: Path, name: str) -> DataFile:
    path = root / name
    return DataFile(name, path.stat().st_size, sha256(path))
