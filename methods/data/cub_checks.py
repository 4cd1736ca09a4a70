"""Is an extracted CUB-200-2011 the one that the experiment declares, whole and consistent."""

from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path

from methods.data import cubv2
from methods.data.cub import CLASSES, FOLDER, IMAGES, SPLIT, CubImage, read_cub
from methods.data.cub_inspection import inspect_cub_image
from methods.data.cub_masks import has_segmentations
from methods.data.findings import Check, DatasetCheck, summary
from methods.data.held_out import HeldOut
from methods.data.inspecting import inspect_all
from methods.data.inspection import Inspection
from methods.data.localization_checks import (
    EXAMPLES,
    class_faults,
    empty_class_faults,
    finish,
    image_checks,
    list_checks,
    size_faults,
)
from methods.errors import InputError

_SHOWN = ("train", "test")  # splits that must show every class


def check_cub(
    root: str | PathLike[str],
    *,
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, int],
    images: int,
    threads: int,
    held_out: HeldOut | None = None,
) -> DatasetCheck:
    """Check the folder of the extracted archives, with the masks derived from segmentations.

    Every image has one line in every list, one class whose folder it lies in, and a box; it is
    decoded to its last row, and its mask, where there are segmentations, has its size. Boxes that
    leave the image by up to a pixel, masks without an object and files of several splits are
    counted as warnings.

    Args:
        root: the folder of the extracted archives.
        dataset: the data set's name.
        classes: class names in the order of classes.txt.
        splits: expected number of images of each split; train, test and perhaps cubv2.
        images: expected number of images in the folders.
        threads: number of threads.
        held_out: images to hold out of training; they, and what is left, become three more splits.

    Raises:
        InputError: what was found differs; it tells the first fault and the number of faults.
    """
    root = Path(root)
    cub = read_cub(root)
    if faults := class_faults(root / CLASSES, cub.classes, classes, "classes.txt"):
        raise summary(root, faults)  # without the right classes no label can be named
    listed = [*cub.images, *(cubv2.read_cubv2(root, cub.folders) if "cubv2" in splits else ())]
    members = {name: [image.id for image in listed if image.split == name] for name in splits}
    stored = _stored(root, with_cubv2="cubv2" in splits)
    faults = size_faults(root, members, splits, len(stored), images)
    faults += _unlisted_faults(root, listed, stored)
    labels = {name: [image.label for image in listed if image.split == name] for name in _SHOWN}
    faults += empty_class_faults(root / SPLIT, labels, classes)
    inspections, broken = inspect_all(partial(_inspect, root, tuple(classes)), listed, threads)
    if faults := faults + broken:
        raise summary(root, faults)
    return finish(
        root,
        format="cub",
        dataset=dataset,
        classes=classes,
        members=members,
        inspections=inspections,
        checks=[
            *list_checks(members, len(classes), " and in ".join(_SHOWN)),
            _joined_check(listed),
            *image_checks(inspections, members),
            *_mask_checks(inspections),
        ],
        held_out=held_out,
    )


def _inspect(root: Path, classes: tuple[str, ...], image: CubImage) -> Inspection:
    with_mask = image.split != cubv2.SPLIT and has_segmentations(root)
    return inspect_cub_image(root, image, classes, with_mask=with_mask)


def _stored(root: Path, *, with_cubv2: bool) -> set[str]:
    """Paths of the images in the folders."""
    folders = [root / FOLDER / "images", *([root / cubv2.FOLDER] if with_cubv2 else [])]
    # What a Mac packs beside a file starts with a dot.
    files = (path for folder in folders for path in folder.glob("*/[!.]*.jpg"))
    return {path.relative_to(root).as_posix() for path in files}


def _unlisted_faults(root: Path, listed: Sequence[CubImage], stored: set[str]) -> list[InputError]:
    strange = sorted(stored.difference(image.file for image in listed))
    if not strange:
        return []
    found = f"no line of {strange[0]}" + (f" and {len(strange) - 1} more" if strange[1:] else "")
    remedy = "check that lists and images belong together"
    return [InputError(root / IMAGES, found, "a line of every image in the folders", remedy)]


def _joined_check(listed: Sequence[CubImage]) -> Check:
    name = "every id has one line in every list, and its image lies in its class's folder"
    return Check(name, "ok", len(listed), 0, "one line", f"{len(listed)} ids")


def _mask_checks(inspections: Sequence[Inspection]) -> list[Check]:
    masked = [item for item in inspections if item.mask is not None]
    if not masked:
        return []
    empty = [item.id for item in masked if item.unseen]
    return [
        Check(
            "masks have the image's size and show an object",
            "warning" if empty else "ok",
            len(masked),
            len(empty),
            "a pixel that more than half of the annotators marked",
            f"{len(empty)} masks without one",
            tuple(empty[:EXAMPLES]),
        )
    ]
