"""Is an extracted COCO 2014 the one that the experiment declares, whole and consistent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from os import PathLike
from pathlib import Path

from methods.data.coco import (
    PARTS,
    CocoImage,
    Instances,
    annotation_file,
    image_folder,
    number_of,
    read_instances,
    split_ids,
)
from methods.data.coco_inspection import inspect_coco_image
from methods.data.findings import Check, Counts, DatasetCheck, summary
from methods.data.held_out import HeldOut, add_held_out
from methods.data.inspecting import inspect_all
from methods.data.inspection import Inspection
from methods.data.manifest import build_manifest, index_rows
from methods.data.split_checks import apart_check, held_out_checks
from methods.data.splits import training_list
from methods.errors import InputError

_EXAMPLES = 5  # ids that a check names


def check_coco(
    root: str | PathLike[str],
    *,
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, int],
    images: int,
    threads: int,
    held_out: HeldOut | None = None,
) -> DatasetCheck:
    """Check the folder of the extracted archives, with the masks that were derived from them.

    Every image is decoded to its last row and has the size that the annotations give; every image
    with an annotation has a mask of that size with labels 0..C and 255, all of them annotated. An
    annotated class without a pixel in the mask, hidden by others or a crowd, is counted as a
    warning.

    Args:
        root: the folder of the extracted archives.
        dataset: the data set's name.
        classes: names of the categories in the order of their ids.
        splits: expected number of images of each split; train, val and val_part.
        images: expected number of images, with or without an annotation.
        threads: number of threads.
        held_out: images to hold out of training; they, and what is left, become three more splits.

    Raises:
        InputError: what was found differs; it tells the first fault and the number of faults.
    """
    root = Path(root)
    parts = {part: read_instances(root, part) for part in PARTS}
    faults = [fault for part in PARTS for fault in _class_faults(root, part, parts[part], classes)]
    if faults:  # without the right classes no label can be named
        raise summary(root, faults)
    listed = [image for part in PARTS for image in parts[part].images]
    members: dict[str, Sequence[str]] = {**split_ids(parts["train"], parts["val"], splits)}
    faults = _split_faults(root, members, splits) + _image_faults(root, listed, images)
    inspect = partial(inspect_coco_image, root, classes=tuple(classes))
    inspections, broken = inspect_all(inspect, listed, threads)
    if faults := faults + broken:
        raise summary(root, faults)
    checks = _checks(members, inspections)
    if held_out is not None:
        where = f"datasets.{dataset}.held_out"
        members = add_held_out(members, held_out, training_list("coco"), where)
        checks += held_out_checks(members, held_out)
    checks.append(apart_check(root, "coco", members, held_out))
    return DatasetCheck(
        manifest=build_manifest(dataset, classes, members, inspections),
        index=index_rows(members, inspections),
        checks={"checks": [asdict(check) for check in checks]},
        counts=Counts(
            classes=len(classes),
            images=len(listed),
            splits={name: len(ids) for name, ids in members.items()},
        ),
    )


def _class_faults(
    root: Path, part: str, instances: Instances, classes: Sequence[str]
) -> list[InputError]:
    if instances.classes == tuple(classes):
        return []
    return [
        InputError(
            root / annotation_file(part),
            f"the categories {', '.join(instances.classes)}",
            f"{', '.join(classes)} as the experiment has them",
            "correct `classes` in the experiment, in the order of the category ids",
        )
    ]


def _split_faults(
    root: Path, members: Mapping[str, Sequence[str]], expected: Mapping[str, int]
) -> list[InputError]:
    """Compare the lists with their expected lengths, and train with val."""
    remedy = "extract the archives again, or correct `splits` in the experiment"
    faults = [
        InputError(root, f"{len(ids)} images of {name}", f"{expected[name]}", remedy)
        for name, ids in members.items()
        if len(ids) != expected[name]
    ]
    numbers = {name: {number_of(id_): id_ for id_ in members[name]} for name in PARTS}
    if shared := sorted(numbers["train"].keys() & numbers["val"].keys()):
        twin = numbers["val"][shared[0]]
        found = f"{len(shared)} images of val that are in train as well, such as {twin}"
        reason = "none, since val is for evaluation alone"
        faults.append(InputError(root, found, reason, "check that the archives belong together"))
    return faults


def _image_faults(root: Path, listed: Sequence[CocoImage], images: int) -> list[InputError]:
    """Compare the images in the folders with those of the annotations, and their number."""
    stored = {path.stem for part in PARTS for path in (root / image_folder(part)).glob("*.jpg")}
    remedy = "extract the archives again, or correct `images` in the experiment"
    faults = []
    if len(stored) != images:
        faults.append(InputError(root, f"{len(stored)} images", f"{images}", remedy))
    if strange := sorted(stored.difference(image.id for image in listed)):
        found = f"{len(strange)} images that no annotation file lists, such as {strange[0]}"
        faults.append(InputError(root, found, "none", "check that the archives belong together"))
    return faults


def _checks(members: Mapping[str, Sequence[str]], inspections: Sequence[Inspection]) -> list[Check]:
    """Report the rules that the faults enforce, and what is only counted."""
    counts = ", ".join(f"{name} {len(ids)}" for name, ids in members.items())
    masked = [item for item in inspections if item.mask is not None]
    unseen = [item for item in masked if item.unseen]
    grey = sum(item.mode == "L" for item in inspections)
    rgb, bare = len(inspections) - grey, len(inspections) - len(masked)
    return [
        Check("number of images of each split", "ok", len(members), 0, counts, counts),
        Check("val is apart from train", "ok", len(members["val"]), 0, "none shared", "none"),
        Check(
            "images decode and have the annotated size",
            "ok",
            len(inspections),
            0,
            "whole JPEGs, grey or RGB",
            f"{rgb} RGB, {grey} grey; {bare} of them without an annotation and in no split",
        ),
        Check(
            "masks hold class indices at the image's size",
            "ok",
            len(masked),
            0,
            "values 0..C and 255, annotated classes only",
            f"{len(masked)} such masks",
        ),
        Check(
            "annotated classes have a pixel in the mask",
            "warning" if unseen else "ok",
            len(masked),
            len(unseen),
            "every class that is annotated",
            f"{sum(len(item.unseen) for item in unseen)} classes without a pixel",
            tuple(f"{item.id} ({', '.join(item.unseen)})" for item in unseen[:_EXAMPLES]),
        ),
    ]
