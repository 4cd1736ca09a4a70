"""What the pipeline asks of CUB-200-2011."""

from collections.abc import Sequence
from pathlib import Path

from methods.data import cubv2
from methods.data.archives import extract_archives
from methods.data.bounds import Extracted
from methods.data.cub import MASKS
from methods.data.cub_checks import check_cub
from methods.data.cub_masks import derive_masks, has_segmentations

MAX_BYTES = 8 * 2**30  # about four times what the archives hold, segmentations and CUBV2 included

check = check_cub


def extract(
    archives: Sequence[Path], tree: Path, *, classes: Sequence[str], threads: int
) -> Extracted:
    """Extract the archives and derive masks of segmentations; count what was extracted.

    The archive of CUBV2 has class folders at its top, and gets a folder of its own.
    """
    folders = {path.name: cubv2.FOLDER for path in archives if _stem(path) == cubv2.FOLDER}
    extracted = extract_archives(archives, tree, MAX_BYTES, folders=folders)
    if has_segmentations(tree):
        derive_masks(tree, threads)
    return extracted


def derived(tree: Path) -> tuple[Path, ...]:
    """Return the files, and the folders of files, that did not come out of the archives."""
    return (tree / MASKS,)


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]
