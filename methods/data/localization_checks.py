"""What is checked in the same way in every data set of labelled images with boxes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from methods.data.findings import Check, Counts, DatasetCheck
from methods.data.held_out import HeldOut, add_held_out
from methods.data.inspection import Inspection
from methods.data.manifest import build_manifest, index_rows
from methods.data.split_checks import apart_check, held_out_checks
from methods.data.splits import training_list
from methods.errors import InputError

EXAMPLES = 5  # ids that a check names
_MODES = {"L": "grey"}  # in words, where Pillow's own name says little


def class_faults(
    path: Path, found: Sequence[str], classes: Sequence[str], order: str
) -> list[InputError]:
    """Compare the classes of a data set with the experiment's, and tell the first difference.

    Args:
        path: where they were found.
        found: class names in the data set's order.
        classes: those of the experiment.
        order: which order that is, for the error.
    """
    remedy = f"correct `classes` in the experiment, in the order of {order}"
    for number, (have, want) in enumerate(zip(found, classes, strict=False), 1):
        if have != want:
            return [InputError(path, f"{have} as class {number}", f"{want}", remedy)]
    if len(found) != len(classes):
        numbers = (f"{len(found)} classes", f"{len(classes)} as the experiment has")
        return [InputError(path, *numbers, remedy)]
    return []


def size_faults(
    root: Path,
    members: Mapping[str, Sequence[str]],
    expected: Mapping[str, int],
    stored: int,
    images: int,
) -> list[InputError]:
    """Compare the lengths of the splits, and the number of stored images, with the experiment."""
    remedy = "extract the archives again, or correct `splits` and `images` in the experiment"
    faults = [
        InputError(root, f"{len(ids)} images of {name}", f"{expected[name]}", remedy)
        for name, ids in members.items()
        if len(ids) != expected[name]
    ]
    if stored != images:
        faults.append(InputError(root, f"{stored} images", f"{images}", remedy))
    return faults


def empty_class_faults(
    path: Path, labels: Mapping[str, Iterable[int]], classes: Sequence[str]
) -> list[InputError]:
    """Refuse splits without an image of a class.

    Args:
        path: where the classes of the images stand.
        labels: 0..C-1 of every image, for each split that must show every class.
        classes: class names.
    """
    faults = []
    for split, found in labels.items():
        if absent := sorted(set(range(len(classes))).difference(found)):
            more = f" and of {len(absent) - 1} more classes" if absent[1:] else ""
            missing = f"no image of class {absent[0] + 1}, {classes[absent[0]]},{more} in {split}"
            faults.append(
                InputError(path, missing, "at least one of every class", "check the archives")
            )
    return faults


def list_checks(members: Mapping[str, Sequence[str]], num_classes: int, shown: str) -> list[Check]:
    """Report what `size_faults`, `class_faults` and `empty_class_faults` compare.

    Args:
        members: ids of each split.
        num_classes: C.
        shown: names of the splits that show every class.
    """
    counts = ", ".join(f"{name} {len(ids)}" for name, ids in members.items())
    each = f"{num_classes} classes"
    return [
        Check("number of images of each split", "ok", len(members), 0, counts, counts),
        Check(f"every class has an image in {shown}", "ok", num_classes, 0, each, each),
    ]


def image_checks(
    inspections: Sequence[Inspection], members: Mapping[str, Sequence[str]]
) -> list[Check]:
    """Report how the images decoded, where their boxes lie, and which files come twice."""
    modes = Counter(item.mode for item in inspections)
    boxed = [item for item in inspections if item.boxes]
    outside = [item.id for item in boxed if item.outside]
    shared = _shared_files(inspections, members)
    return [
        Check(
            "images decode to their last row",
            "ok",
            len(inspections),
            0,
            "whole images",
            ", ".join(f"{count} {_MODES.get(mode, mode)}" for mode, count in sorted(modes.items())),
        ),
        Check(
            "boxes lie in the image",
            "warning" if outside else "ok",
            sum(len(item.boxes or ()) for item in boxed),
            sum(item.outside for item in boxed),
            "an area, and no pixel outside; more than one pixel outside is refused",
            f"boxes of {len(outside)} images that leave it by up to one pixel",
            tuple(outside[:EXAMPLES]),
        ),
        Check(
            "no image file is in two splits",
            "warning" if shared else "ok",
            len(inspections),
            len(shared),
            "other bytes in other splits",
            f"{len(shared)} files in two splits",
            tuple(shared[:EXAMPLES]),
        ),
    ]


def finish(
    root: Path,
    *,
    format: str,
    dataset: str,
    classes: Sequence[str],
    members: Mapping[str, Sequence[str]],
    inspections: Sequence[Inspection],
    checks: Sequence[Check],
    held_out: HeldOut | None,
) -> DatasetCheck:
    """Hold images out, hold the splits to being apart, and describe the data set."""
    done = list(checks)
    if held_out is not None:
        where = f"datasets.{dataset}.held_out"
        members = add_held_out(members, held_out, training_list(format), where)
        done += held_out_checks(members, held_out)
    done.append(apart_check(root, format, members, held_out))
    return DatasetCheck(
        manifest=build_manifest(dataset, classes, members, inspections),
        index=index_rows(members, inspections),
        checks={"checks": [asdict(check) for check in done]},
        counts=Counts(
            classes=len(classes),
            images=len(inspections),
            splits={name: len(ids) for name, ids in members.items()},
        ),
    )


def _shared_files(
    inspections: Sequence[Inspection], members: Mapping[str, Sequence[str]]
) -> list[str]:
    """Images of a split, as "id (id of its twin)", whose bytes are in an earlier split as well."""
    digests = {item.id: item.files[0].sha256 for item in inspections}
    seen: dict[str, tuple[str, str]] = {}
    twins = []
    for split, ids in members.items():
        for id_ in ids:
            first, twin = seen.setdefault(digests[id_], (split, id_))
            if first != split:
                twins.append(f"{id_} ({twin})")
    return twins
