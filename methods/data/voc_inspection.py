"""What the files of one image of VOC hold, and whether they agree."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.images import decode_image
from methods.data.inspection import Inspection, data_file
from methods.data.labels import present_classes, read_label_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.data.voc import (
    Annotation,
    annotation_file,
    augmented_mask_file,
    image_file,
    image_labels,
    read_annotation,
)
from methods.errors import InputError


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
        files=tuple(data_file(root, name) for name in names),
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
