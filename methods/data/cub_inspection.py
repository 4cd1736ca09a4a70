"""What the files of one image of CUB hold, and whether they agree with its lists."""

from collections.abc import Sequence
from pathlib import Path

from methods.data import cubv2
from methods.data.boxes import boxes_outside
from methods.data.cub import BOXES, CubImage, mask_file
from methods.data.images import decode_image
from methods.data.inspection import Inspection, data_file
from methods.data.labels import present_classes, read_label_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError


def inspect_cub_image(
    root: Path, image: CubImage, classes: Sequence[str], *, with_mask: bool
) -> Inspection:
    """Decode an image and its mask and compare them with the lists.

    Args:
        root: the folder of the extracted archives.
        image: what the lists say of it.
        classes: class names.
        with_mask: whether there is a mask of the image.

    Raises:
        InputError: a file is missing or broken, a size differs, or a box is empty or leaves the
            image by more than a pixel.
    """
    pixels = decode_image(root / image.file)
    size = (pixels.shape[0], pixels.shape[1])
    boxes = root / BOXES
    if image.size is not None:
        lists = cubv2.lists_folder(root)
        boxes = lists / "localization.txt"
        _require_size(lists / "image_sizes.txt", image, size)
    outside = boxes_outside(image.boxes, size, boxes, f"{image.id} ({image.file})")
    mask = mask_file(image.id) if with_mask else None
    empty = mask is not None and not present_classes(read_label_png(root / mask, 1, size))
    label = classes[image.label]
    return Inspection(
        id=image.id,
        height=size[0],
        width=size[1],
        mode="L" if pixels.ndim == 2 else "RGB",
        labels=(label,),
        unseen=(label,) if empty else (),
        unnamed=(),
        outside=outside,
        image=image.file,
        mask=mask,
        files=tuple(data_file(root, name) for name in (image.file, mask) if name),
        boxes=image.boxes,
    )


def _require_size(path: Path, image: CubImage, size: tuple[int, int]) -> None:
    if image.size is not None and image.size != size:
        raise InputError(
            path,
            f"a size of {image.size[1]}x{image.size[0]} pixels of {image.file}",
            f"{size[1]}x{size[0]} as the image has",
            EXTRACT_AGAIN,
        )
