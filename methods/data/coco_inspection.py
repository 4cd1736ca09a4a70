"""What the files of one image of COCO hold, and whether they agree with its annotations."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.coco import CocoImage, annotation_file, image_file, mask_file, part_of
from methods.data.images import decode_image
from methods.data.inspection import Inspection, data_file
from methods.data.labels import present_classes, read_label_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError


def inspect_coco_image(root: Path, image: CocoImage, classes: Sequence[str]) -> Inspection:
    """Decode an image and, where it has annotations, its mask, and compare them.

    Args:
        root: the folder of the extracted archives.
        image: what the annotations say of it.
        classes: foreground class names.

    Raises:
        InputError: a file is missing or broken, a size differs, or the mask shows a class that is
            not annotated.
    """
    pixels = decode_image(root / image_file(image.id))
    size = (pixels.shape[0], pixels.shape[1])
    if size != (image.height, image.width):
        raise InputError(
            root / annotation_file(part_of(image.id)),
            f"a size of {image.width}x{image.height} pixels of {image.id}",
            f"{size[1]}x{size[0]} as the image has",
            EXTRACT_AGAIN,
        )
    annotated = frozenset(image.labels())
    shown = _shown(root, image, len(classes)) if annotated else frozenset()
    mask = mask_file(image.id) if annotated else None
    return Inspection(
        id=image.id,
        height=image.height,
        width=image.width,
        mode="L" if pixels.ndim == 2 else "RGB",
        labels=tuple(classes[label - 1] for label in sorted(annotated)),
        unseen=tuple(classes[label - 1] for label in sorted(annotated - shown)),
        unnamed=(),
        outside=0,
        image=image_file(image.id),
        mask=mask,
        files=tuple(data_file(root, name) for name in (image_file(image.id), mask) if name),
        annotated=bool(annotated),
    )


def _shown(root: Path, image: CocoImage, num_classes: int) -> frozenset[int]:
    """The classes that the mask shows, all of which must be annotated."""
    path = root / mask_file(image.id)
    shown = present_classes(read_label_png(path, num_classes, (image.height, image.width)))
    if strange := sorted(shown.difference(image.labels())):
        raise InputError(
            path,
            f"pixels of label {strange[0]}",
            "labels of annotated classes only",
            EXTRACT_AGAIN,
        )
    return shown
