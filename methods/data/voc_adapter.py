"""What the pipeline asks of PASCAL VOC 2012 with SBD."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.archives import extract_archives
from methods.data.bounds import Extracted
from methods.data.sbd import derive_train_aug
from methods.data.voc import AUGMENTED_MASKS, split_file, voc_folder
from methods.data.voc_checks import check_dataset

MAX_BYTES = 16 * 2**30  # about three times what the archives hold, VOC's test images included

check = check_dataset


def extract(
    archives: Sequence[Path], tree: Path, *, classes: Sequence[str], threads: int
) -> Extracted:
    """Extract the archives and derive train_aug with its masks; count what was extracted."""
    extracted = extract_archives(archives, tree, MAX_BYTES)
    derive_train_aug(tree, len(classes), threads)
    return extracted


def derived(tree: Path) -> tuple[Path, ...]:
    """Return the files, and the folders of files, that did not come out of the archives."""
    voc = voc_folder(tree)
    return (voc / AUGMENTED_MASKS, voc / split_file("train_aug"))
