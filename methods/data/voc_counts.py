"""Are there as many files of VOC 2012 and SBD as their lists and the experiment say.

As published, there are 17,125 images without those of test and 11,355 masks of SBD. The 12,031
augmented masks, 10,582 of train_aug and 1,449 of val, are read one by one.
"""

from collections.abc import Collection
from pathlib import Path

from methods.data.extraction import EXTRACT_AGAIN
from methods.data.findings import Check
from methods.data.sbd import sbd_folder
from methods.data.voc import read_ids
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


def _masks_of_sbd(root: Path) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of SBD's masks, and those in its lists."""
    sbd = _sbd(root)
    # What a Mac packs beside a file starts with a dot.
    masks = frozenset(path.stem for path in (sbd / "cls").glob("[!.]*.mat"))
    return masks, frozenset(read_ids(sbd / "train.txt") + read_ids(sbd / "val.txt"))


def _sbd(root: Path) -> Path:
    return sbd_folder(root.absolute().parents[1])  # beside VOCdevkit
