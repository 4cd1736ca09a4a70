"""An extracted data set of a few generated images, and its check."""

from pathlib import Path

from methods.data.archives import extract_archives
from methods.data.findings import DatasetCheck
from methods.data.held_out import HeldOut
from methods.data.sbd import derive_train_aug
from methods.data.scenes import render_scene
from methods.data.voc import voc_folder
from methods.data.voc_checks import check_dataset
from methods.data.voc_generator import GeneratedSettings, write_archives

CLASSES = ("aeroplane", "bicycle", "bird")
SETTINGS = GeneratedSettings(seed=5, train=6, sbd=5, val=4, size=(48, 72), grey_share=0.3)
SPLITS = {"train": 6, "train_aug": 11, "val": 4}
LIMIT = 2**20  # bytes, more than the archives hold


def extract(folder: Path, settings: GeneratedSettings = SETTINGS) -> Path:
    """Generate a data set below a folder; return its VOC 2012 folder."""
    archives = write_archives(
        folder, settings=settings, classes=CLASSES, render=render_scene, threads=2
    )
    extract_archives(archives, folder / "tree", LIMIT)
    derive_train_aug(folder / "tree", len(CLASSES), threads=2)
    return voc_folder(folder / "tree")


def check(
    root: Path,
    *,
    images: int = 15,
    splits: dict[str, int] = SPLITS,
    held_out: HeldOut | None = None,
) -> DatasetCheck:
    """Check a VOC 2012 folder."""
    return check_dataset(
        root,
        dataset="shapes",
        classes=CLASSES,
        splits=splits,
        images=images,
        threads=2,
        held_out=held_out,
    )


def truncate(path: Path) -> None:
    """Cut off the end of a file."""
    path.write_bytes(path.read_bytes()[:-200])
