"""What the files of one image hold, and whether they agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.data.files import sha256
from methods.data.images import decode_image
from methods.data.labels import present_classes, read_label_png
from methods.data.voc import (
    EXTRACT_AGAIN,
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
        labels: classes of the annotation, in the data set's order; empty where none is read.
        unseen: those of `labels` without a pixel in the mask; empty where there is no mask.
        unnamed: classes with a pixel in the mask that are not among `labels`.
        outside: number of annotated boxes that are empty or leave the image.
        image: path of the image, as in `files`.
        mask: path of the mask, as in `files`; None where there is none.
        files: the image and, as asked for, its annotation and its mask.
        annotated: whether the annotation was read.
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


def inspect_image(
    root: Path,
    image_id: str,
    classes: Sequence[str],
    *,
    with_annotation: bool,
    with_mask: bool,
) -> Inspection:
    """Decode the files of one image and compare them.

    Args:
        root: the VOC 2012 folder.
        image_id: the image's id.
        classes: foreground class names.
        with_annotation: whether the image has an annotation; one that has a mask does.
        with_mask: whether the image has a mask in SegmentationClassAug.

    Raises:
        InputError: a file is missing or broken, a size differs, or a class is unknown.
    """
    pixels = decode_image(root / image_file(image_id))
    height, width = pixels.shape[:2]
    names = [image_file(image_id)]
    labels: tuple[str, ...] = ()
    outside = 0
    if with_annotation:
        names.append(annotation_file(image_id))
        annotation = _annotation(root / names[-1], (height, width))
        labels = image_labels(annotation, classes, root / names[-1])
        outside = _boxes_outside(annotation)
    shown = frozenset(labels)
    if with_mask:
        names.append(augmented_mask_file(image_id))
        mask = read_label_png(root / names[-1], len(classes), (height, width))
        shown = frozenset(classes[number - 1] for number in present_classes(mask))
    return Inspection(
        id=image_id,
        height=height,
        width=width,
        mode="L" if pixels.ndim == 2 else "RGB",
        labels=labels,
        unseen=tuple(name for name in labels if name not in shown),
        unnamed=tuple(sorted(shown.difference(labels))),
        outside=outside,
        image=names[0],
        mask=names[-1] if with_mask else None,
        files=tuple(_data_file(root, name) for name in names),
        annotated=with_annotation,
    )


def _annotation(path: Path, size: tuple[int, int]) -> Annotation:
    """Read an annotation that must give the (height, width) of its image."""
    annotation = read_annotation(path)
    if (annotation.height, annotation.width) != size:
        raise InputError(
            path,
            f"an image size of {annotation.width}x{annotation.height} pixels",
            f"{size[1]}x{size[0]} as the image has",
            EXTRACT_AGAIN,
        )
    return annotation


def _boxes_outside(annotation: Annotation) -> int:
    return sum(
        not (0 <= xmin < xmax <= annotation.width and 0 <= ymin < ymax <= annotation.height)
        for xmin, ymin, xmax, ymax in (item.box for item in annotation.objects)
    )


def _data_file(root: Path, name: str) -> DataFile:
    path = root / name
    return DataFile(name, path.stat().st_size, sha256(path))
