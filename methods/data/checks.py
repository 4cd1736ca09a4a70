"""Is an extracted data set the one that the experiment declares, whole and consistent."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from methods.data.inspection import Inspection, inspect_image
from methods.data.manifest import build_manifest, index_rows
from methods.data.voc import augmented_mask_file, read_split, split_file
from methods.errors import InputError

_EXAMPLES = 5  # ids that a check names
# SBD's masks and VOC's annotations were made by different people. A few may disagree; a wrong order
# of the classes makes nearly all of them.
_MAX_DISAGREEING = 0.01  # share of the masks


@dataclass(frozen=True)
class Check:
    """One rule and how the data set fared. A data set that breaks a rule of errors is refused."""

    name: str
    severity: Literal["ok", "warning"]
    checked: int
    failed: int
    expected: str
    found: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class DatasetCheck:
    """A data set that passed.

    Attributes:
        manifest: content of manifest.json.
        index: rows of index.csv.
        checks: content of checks.json.
    """

    manifest: dict[str, Any]
    index: list[dict[str, str | int]]
    checks: dict[str, Any]


def check_dataset(
    root: str | PathLike[str],
    *,
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, int],
    images: int,
    threads: int,
) -> DatasetCheck:
    """Check a VOC 2012 folder with its augmented masks.

    Every image is decoded to its last row and has the size that its annotation gives; every image
    of a split has a mask of that size with labels 0..C and 255; the annotation names the classes
    that the mask shows, in all but 1 % of the masks. Such exceptions, a class of the annotation
    without a pixel in the mask, and a box that leaves the image are counted as warnings.

    Args:
        root: the VOC 2012 folder.
        dataset: the data set's name.
        classes: foreground class names.
        splits: expected number of images of each split; train, train_aug and val.
        images: expected number of images, in a split or not.
        threads: number of threads.

    Raises:
        InputError: what was found differs; it tells the first fault and the number of faults.
    """
    root = Path(root)
    members = {name: read_split(root, name) for name in splits}
    listed = frozenset(image_id for ids in members.values() for image_id in ids)
    stored = frozenset(path.stem for path in (root / "JPEGImages").glob("*.jpg"))
    faults = _split_faults(root, members, splits)
    if len(stored) != images:
        remedy = "extract the archives again, or correct `images` in the experiment"
        faults.append(InputError(root / "JPEGImages", f"{len(stored)} images", f"{images}", remedy))
    inspect = partial(_inspect, root, tuple(classes), listed)
    with ThreadPoolExecutor(threads) as pool:
        results = list(pool.map(inspect, sorted(stored | listed)))
    faults += [result for result in results if isinstance(result, InputError)]
    inspections = [result for result in results if isinstance(result, Inspection)]
    masked = [item for item in inspections if item.id in listed]
    faults += _label_faults(root, masked)
    if faults:
        raise _summary(root, faults)
    checks = _split_checks(members) + _image_checks(inspections) + _label_checks(masked)
    return DatasetCheck(
        manifest=build_manifest(dataset, classes, members, inspections),
        index=index_rows(members, inspections),
        checks={"checks": [asdict(check) for check in checks]},
    )


def _inspect(
    root: Path, classes: tuple[str, ...], listed: frozenset[str], image_id: str
) -> Inspection | InputError:
    try:
        return inspect_image(root, image_id, classes, with_mask=image_id in listed)
    except InputError as error:
        return error


def _split_faults(
    root: Path, members: Mapping[str, Sequence[str]], expected: Mapping[str, int]
) -> list[InputError]:
    """Compare the lists with their expected lengths and with each other."""
    faults = [
        InputError(
            root / split_file(name),
            f"{len(ids)} ids",
            f"{expected[name]}",
            "extract the archives again, or correct `splits` in the experiment",
        )
        for name, ids in members.items()
        if len(ids) != expected[name]
    ]
    train, train_aug, val = (frozenset(members[name]) for name in ("train", "train_aug", "val"))
    remedy = "derive train_aug again"
    if missing := sorted(train - train_aug):
        faults.append(
            InputError(
                root / split_file("train_aug"),
                f"{len(missing)} ids of train missing, such as {missing[0]}",
                "every id of train",
                remedy,
            )
        )
    if shared := sorted(train_aug & val):
        faults.append(
            InputError(
                root / split_file("train_aug"),
                f"{len(shared)} ids of val, such as {shared[0]}",
                "none, since val is for evaluation alone",
                remedy,
            )
        )
    return faults


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


def _summary(root: Path, faults: Sequence[InputError]) -> InputError:
    """Return the first fault, told as one of many where there are more."""
    if len(faults) == 1:
        return faults[0]
    first = str(faults[0]).rstrip(".")
    return InputError(
        root,
        f"{len(faults)} faults, the first being ({first})",
        "none",
        "mend the first and run again; where many files fail, extract the archives again",
    )


def _split_checks(members: Mapping[str, Sequence[str]]) -> list[Check]:
    """Report the rules that `_split_faults` enforces."""
    counts = ", ".join(f"{name} {len(ids)}" for name, ids in members.items())
    return [
        Check("number of images of each split", "ok", len(members), 0, counts, counts),
        Check("train is part of train_aug", "ok", len(members["train"]), 0, "all", "all"),
        Check("val is apart from train_aug", "ok", len(members["val"]), 0, "none shared", "none"),
    ]


def _image_checks(inspections: Sequence[Inspection]) -> list[Check]:
    total = len(inspections)
    grey = [item.id for item in inspections if item.mode == "L"]
    outside = [item.id for item in inspections if item.outside]
    return [
        Check(
            "images decode and have the annotated size",
            "ok",
            total,
            0,
            "whole JPEGs, grey or RGB",
            f"{total - len(grey)} RGB, {len(grey)} grey",
        ),
        Check(
            "boxes lie in the image",
            "warning" if outside else "ok",
            total,
            len(outside),
            "0 <= min < max <= size",
            f"{sum(item.outside for item in inspections)} boxes that do not",
            tuple(outside[:_EXAMPLES]),
        ),
    ]


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
