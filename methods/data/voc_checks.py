"""Is an extracted data set the one that the experiment declares, whole and consistent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from os import PathLike
from pathlib import Path

from methods.data.findings import Check, DatasetCheck, summary
from methods.data.held_out import HeldOut, add_held_out
from methods.data.inspecting import inspect_all
from methods.data.inspection import Inspection
from methods.data.manifest import build_manifest, index_rows
from methods.data.split_checks import apart_check, held_out_checks, split_checks, split_faults
from methods.data.splits import TEST, training_list
from methods.data.voc import annotation_file, augmented_mask_file, read_split
from methods.data.voc_counts import count_checks, count_faults, voc_counts
from methods.data.voc_inspection import inspect_image
from methods.errors import InputError

_EXAMPLES = 5  # ids that a check names
# SBD's masks and VOC's annotations were made by different people. A few may disagree; a wrong order
# of the classes makes nearly all of them.
_MAX_DISAGREEING = 0.01  # share of the masks


def check_dataset(
    root: str | PathLike[str],
    *,
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, int],
    images: int,
    threads: int,
    held_out: HeldOut | None = None,
) -> DatasetCheck:
    """Check a VOC 2012 folder with its augmented masks.

    Every image is decoded to its last row and has the size that its annotation gives; every image
    of a split but test has a mask of that size with labels 0..C and 255; the annotation names the
    classes that the mask shows, in all but 1 % of the masks. Such exceptions, a class of the
    annotation without a pixel in the mask, and a box that leaves the image are counted as warnings.
    SBD has a mask of every id in its lists, and no other.

    What an annotation says of an image of test is not read. Where there is a test split, an image
    of no split may lack an annotation, since the test archive holds images of other tasks as well.

    Args:
        root: the VOC 2012 folder.
        dataset: the data set's name.
        classes: foreground class names.
        splits: expected number of images of each split; train, train_aug, val and perhaps test.
        images: expected number of images, in a split or not.
        threads: number of threads.
        held_out: images to hold out of training; they, and what is left, become three more splits.

    Raises:
        InputError: what was found differs; it tells the first fault and the number of faults.
    """
    root = Path(root)
    members: dict[str, Sequence[str]] = {name: read_split(root, name) for name in splits}
    masked = frozenset(id_ for name, ids in members.items() if name != TEST for id_ in ids)
    stored = frozenset(path.stem for path in (root / "JPEGImages").glob("*.jpg"))
    faults = split_faults(root, members, splits) + count_faults(root, stored, images)
    bare = _without_annotation(root, members, masked, stored)
    inspect = partial(_inspect, root, tuple(classes), masked, bare)
    inspections, broken = inspect_all(inspect, sorted(stored | masked | bare), threads)
    faults += broken
    shown = [item for item in inspections if item.id in masked]
    faults += _label_faults(root, shown)
    if faults:
        raise summary(root, faults)
    counts = voc_counts(root, classes, stored, members)
    checks = (
        split_checks(members)
        + count_checks(root)
        + _image_checks(inspections, members)
        + _label_checks(shown)
    )
    if held_out is not None:
        where = f"datasets.{dataset}.held_out"
        members = add_held_out(members, held_out, training_list("voc"), where)
        checks += held_out_checks(members, held_out)
    checks.append(apart_check(root, "voc", members, held_out))
    return DatasetCheck(
        manifest=build_manifest(dataset, classes, members, inspections),
        index=index_rows(members, inspections),
        checks={"checks": [asdict(check) for check in checks]},
        counts=counts,
    )


def _without_annotation(
    root: Path,
    members: Mapping[str, Sequence[str]],
    masked: frozenset[str],
    stored: frozenset[str],
) -> frozenset[str]:
    """Return the images that are decoded alone: those of test, and others of its archive."""
    if TEST not in members:
        return frozenset()
    test = frozenset(members[TEST]) - masked
    others = stored - masked - test
    return test | {name for name in others if not (root / annotation_file(name)).is_file()}


def _inspect(
    root: Path,
    classes: tuple[str, ...],
    masked: frozenset[str],
    bare: frozenset[str],
    image_id: str,
) -> Inspection:
    annotated, with_mask = image_id not in bare, image_id in masked
    return inspect_image(root, image_id, classes, with_annotation=annotated, with_mask=with_mask)


def _label_faults(root: Path, masked: Sequence[Inspection]) -> list[InputError]:
    """Refuse masks and annotations that do not belong together."""
    disagreeing = [item for item in masked if item.unnamed]
    if len(disagreeing) <= _MAX_DISAGREEING * len(masked):
        return []
    first = disagreeing[0]
    return [
        InputError(
            root / augmented_mask_file(first.id),
            f"pixels of {', '.join(first.unnamed)}, which its annotation does not name, and such"
            f" pixels in {len(disagreeing)} of {len(masked)} masks",
            f"them in at most {_MAX_DISAGREEING:.0%} of the masks",
            "check the order of `classes`, and that masks and annotations are of the same images",
        )
    ]


def _image_checks(
    inspections: Sequence[Inspection], members: Mapping[str, Sequence[str]]
) -> list[Check]:
    annotated = [item for item in inspections if item.annotated]
    bare = [item for item in inspections if not item.annotated]
    outside = [item.id for item in annotated if item.outside]
    checks = [
        _decoded("images decode and have the annotated size", annotated),
        Check(
            "boxes lie in the image",
            "warning" if outside else "ok",
            len(annotated),
            len(outside),
            "0 <= min < max <= size",
            f"{sum(item.outside for item in annotated)} boxes that do not",
            tuple(outside[:_EXAMPLES]),
        ),
    ]
    if TEST in members:
        name = f"images without annotation decode, the {len(members[TEST])} of test among them"
        checks.append(_decoded(name, bare))
    return checks


def _decoded(name: str, items: Sequence[Inspection]) -> Check:
    grey = sum(item.mode == "L" for item in items)
    found = f"{len(items) - grey} RGB, {grey} grey"
    return Check(name, "ok", len(items), 0, "whole JPEGs, grey or RGB", found)


def _label_checks(masked: Sequence[Inspection]) -> list[Check]:
    unseen = [item for item in masked if item.unseen]
    unnamed = [item for item in masked if item.unnamed]
    return [
        Check(
            "masks hold class indices at the image's size",
            "ok",
            len(masked),
            0,
            "values 0..C and 255",
            f"{len(masked)} such masks",
        ),
        Check(
            "classes of the mask are annotated",
            "warning" if unnamed else "ok",
            len(masked),
            len(unnamed),
            f"every class that has a pixel, in all but {_MAX_DISAGREEING:.0%} of the masks",
            f"{len(unnamed)} masks with another class",
            tuple(f"{item.id} ({', '.join(item.unnamed)})" for item in unnamed[:_EXAMPLES]),
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
