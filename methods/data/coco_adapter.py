"""What the pipeline asks of COCO 2014."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from methods.data.archives import extract_archives
from methods.data.coco import MASKS
from methods.data.coco_checks import check_coco
from methods.data.coco_masks import derive_masks
from methods.data.generated_coco import GeneratedCocoSettings, write_coco_archives
from methods.data.members import Extracted
from methods.data.scenes import render_scene
from methods.settings import build

MAX_BYTES = 80 * 2**30  # four times what the three archives hold

check = check_coco


def write_archives(
    folder: Path, *, generated: Mapping[str, Any], classes: Sequence[str], threads: int
) -> list[Path]:
    """Make the archives of a generated data set; see `methods.data.generated_coco`."""
    settings = build(GeneratedCocoSettings, generated)
    return write_coco_archives(
        folder, settings=settings, classes=classes, render=render_scene, threads=threads
    )


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
