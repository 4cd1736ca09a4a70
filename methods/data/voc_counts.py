"""Are there as many files of VOC 2012 and SBD as their lists and the experiment say.

What is published about them stands in `methods.data.published_counts`.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from methods.data.findings import Check, Counts
from methods.data.published_counts import AUGMENTED, SBD_MASKS
from methods.data.remedies import EXTRACT_AGAIN
from methods.data.sbd import sbd_folder
from methods.data.voc import AUGMENTED_MASKS, read_ids
from methods.errors import InputError


def count_faults(root: Path, stored: Collection[str], images: int) -> list[InputError]:
    """Compare the files in the folders with the experiment and with SBD's lists.

    Args:
        root: the VOC 2012 folder, in an extracted data set with SBD.
        stored: ids of the images in it.
        images: expected number of these.

    Raises:
        InputError: a list of SBD is missing.
    """
    faults = []
    if len(stored) != images:
        remedy = "extract the archives again, or correct `images` in the experiment"
        faults.append(InputError(root / "JPEGImages", f"{len(stored)} images", f"{images}", remedy))
    masks, ids = _masks_of_sbd(root)
    if different := sorted(masks ^ ids):
        state = "in no list" if different[0] in masks else "missing"
        faults.append(
            InputError(
                _sbd(root) / "cls",
                f"{len(masks)} masks, {different[0]}.mat {state}",
                f"one of each of the {len(ids)} ids in train.txt and val.txt",
                EXTRACT_AGAIN,
            )
        )
    return faults


def count_checks(root: Path) -> list[Check]:
    """Report what `count_faults` compares, besides the number of images."""
    masks, ids = _masks_of_sbd(root)
    name = "SBD has a mask of every id in its lists"
    return [Check(name, "ok", len(ids), 0, f"{len(ids)} masks", f"{len(masks)} masks")]


def voc_counts(
    root: Path,
    classes: Sequence[str],
    stored: Collection[str],
    members: Mapping[str, Sequence[str]],
) -> Counts:
    """Count what is in the folders and lists.

    Args:
        root: the VOC 2012 folder, in an extracted data set with SBD.
        classes: foreground class names.
        stored: ids of the images in it.
        members: ids of each split.
    """
    masks, _ = _masks_of_sbd(root)
    augmented = sum(1 for _ in (root / AUGMENTED_MASKS).glob("[!.]*.png"))
    return Counts(
        classes=len(classes),
        images=len(stored),
        splits={name: len(ids) for name, ids in members.items()},
        masks={SBD_MASKS: len(masks), AUGMENTED: augmented},
    )


def _masks_of_sbd(root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of SBD's masks, and those in its lists."""
    sbd = _sbd(root)
    # What a Mac packs beside a file starts with a dot.
    masks = frozenset(path.stem for path in (sbd / "cls").glob("[!.]*.mat"))
    return masks, frozenset(read_ids(sbd / "train.txt") + read_ids(sbd / "val.txt"))


def _sbd(root: Path) -> Path:
    return sbd_folder(root.absolute().parents[1])  # beside VOCdevkit
