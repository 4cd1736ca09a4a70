"""What the pipeline asks of COCO 2014."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.archives import extract_archives
from methods.data.bounds import Extracted
from methods.data.coco import MASKS
from methods.data.coco_checks import check_coco
from methods.data.coco_masks import derive_masks

MAX_BYTES = 80 * 2**30  # four times what the three archives hold

check = check_coco


def extract(
    archives: Sequence[Path], tree: Path, *, classes: Sequence[str], threads: int
) -> Extracted:
    """Extract the archives and derive the masks; count what was extracted."""
    extracted = extract_archives(archives, tree, MAX_BYTES)
    derive_masks(tree, len(classes), threads)
    return extracted


def derived(tree: Path) -> tuple[Path, ...]:
    """Return the files, and the folders of files, that did not come out of the archives."""
    return (tree / MASKS,)
