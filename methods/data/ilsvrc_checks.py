"""Is an extracted ILSVRC 2012 the one that the experiment declares, whole and consistent."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from os import PathLike
from pathlib import Path

from methods.data.boxes import boxes_outside
from methods.data.findings import DatasetCheck, summary
from methods.data.held_out import HeldOut
from methods.data.ilsvrc import (
    BOXES,
    TRAIN,
    VAL,
    IlsvrcImage,
    annotation_file,
    class_folders,
    read_images,
)
from methods.data.images import MODES, PHOTOGRAPHS, load_image
from methods.data.inspecting import inspect_all
from methods.data.inspection import Inspection, data_file
from methods.data.localization_checks import (
    class_faults,
    empty_class_faults,
    finish,
    image_checks,
    list_checks,
    size_faults,
)
from methods.errors import InputError


def check_ilsvrc(
    root: str | PathLike[str],
    *,
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, int],
    images: int,
    threads: int,
    held_out: HeldOut | None = None,
) -> DatasetCheck:
    """Check the folder of the extracted archives.

    Every class has a folder of training images and an image of val; every image of val has a file
    with its class and boxes, and the other way round; every image is decoded to its last row. A few
    of the published images are made for print (CMYK), and one is a PNG: both pass. Boxes that leave
    the image by up to a pixel and files of both splits are counted as warnings.

    Args:
        root: the folder of the extracted archives.
        dataset: the data set's name.
        classes: WordNet ids, sorted.
        splits: expected number of images of train and val.
        images: expected number of images.
        threads: number of threads.
        held_out: images to hold out of training; they, and what is left, become three more splits.

    Raises:
        InputError: what was found differs; it tells the first fault and the number of faults.
    """
    root = Path(root)
    if faults := class_faults(root / TRAIN, class_folders(root), classes, "their ids"):
        raise summary(root, faults)  # without the right classes no label can be named
    listed = read_images(root, classes)
    members = {name: [image.id for image in listed if image.split == name] for name in splits}
    faults = size_faults(root, members, splits, len(listed), images)
    labels = {name: [image.label for image in listed if image.split == name] for name in splits}
    faults += empty_class_faults(root / BOXES, labels, classes)
    faults += _id_faults(root, listed)
    inspections, broken = inspect_all(partial(_inspect, root, tuple(classes)), listed, threads)
    if faults := faults + broken:
        raise summary(root, faults)
    return finish(
        root,
        format="ilsvrc",
        dataset=dataset,
        classes=classes,
        members=members,
        inspections=inspections,
        checks=[
            *list_checks(members, len(classes), f"{TRAIN} and in {VAL}"),
            *image_checks(inspections, members),
        ],
        held_out=held_out,
    )


def _id_faults(root: Path, listed: Sequence[IlsvrcImage]) -> list[InputError]:
    twice = [id_ for id_, times in Counter(image.id for image in listed).items() if times > 1]
    if not twice:
        return []
    id_ = twice[0]
    files = [image.file for image in listed if image.id == id_]
    remedy = "check that the archives belong together"
    return [InputError(root, f"{' and '.join(files[:2])}", "each file name once", remedy)]


def _inspect(root: Path, classes: tuple[str, ...], image: IlsvrcImage) -> Inspection:
    picture = load_image(root / image.file, PHOTOGRAPHS, MODES)
    size = (picture.height, picture.width)
    annotation = annotation_file(image.id) if image.boxes else None
    outside = boxes_outside(image.boxes, size, root / annotation_file(image.id), image.id)
    return Inspection(
        id=image.id,
        height=size[0],
        width=size[1],
        mode=picture.mode,
        labels=(classes[image.label],),
        unseen=(),
        unnamed=(),
        outside=outside,
        image=image.file,
        mask=None,
        files=tuple(data_file(root, name) for name in (image.file, annotation) if name),
        boxes=image.boxes or None,
    )
