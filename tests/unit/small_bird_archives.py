"""Extracted data sets of a few generated birds, in CUB's and in ILSVRC's format."""

from pathlib import Path
from typing import Any

from methods.data import cub_adapter, cub_generator, ilsvrc_adapter, ilsvrc_generator
from methods.data.birds import class_names
from methods.data.findings import DatasetCheck

CUB_CLASSES = class_names(3)
CUB_SETTINGS = cub_generator.GeneratedSettings(
    seed=5, train=3, test=2, size=(48, 72), grey_share=0.3, cubv2=1
)
CUB_SPLITS = {"train": 9, "test": 6, "cubv2": 3}

WNIDS = ("n01440764", "n01443537", "n01484850")
ILSVRC_SETTINGS = ilsvrc_generator.GeneratedSettings(
    seed=5, train=2, val=2, size=(48, 72), grey_share=0.3
)
ILSVRC_SPLITS = {"train": 6, "val": 6}


def cub_archives(
    folder: Path, settings: cub_generator.GeneratedSettings = CUB_SETTINGS, threads: int = 2
) -> list[Path]:
    """Generate the archives of CUB."""
    return cub_generator.write_archives(
        folder,
        settings=settings,
        classes=CUB_CLASSES,
        render=cub_generator.render,
        threads=threads,
    )


def extract_cub(folder: Path, settings: cub_generator.GeneratedSettings = CUB_SETTINGS) -> Path:
    """Generate and extract CUB below a folder; return the folder of the extracted archives."""
    archives = cub_archives(folder, settings)
    cub_adapter.extract(archives, folder / "tree", classes=CUB_CLASSES, threads=2)
    return folder / "tree"


def check_cub(root: Path, **changed: Any) -> DatasetCheck:
    """Check the extracted archives of CUB."""
    settings = {"dataset": "birds", "classes": CUB_CLASSES, "splits": CUB_SPLITS, "images": 18}
    return cub_adapter.check(root, **{**settings, "threads": 2, **changed})


def ilsvrc_archives(folder: Path, threads: int = 2) -> list[Path]:
    """Generate the archives of ILSVRC."""
    return ilsvrc_generator.write_archives(
        folder,
        settings=ILSVRC_SETTINGS,
        classes=WNIDS,
        render=ilsvrc_generator.render,
        threads=threads,
    )


def extract_ilsvrc(folder: Path) -> Path:
    """Generate and extract ILSVRC below a folder; return the folder of the extracted archives."""
    archives = ilsvrc_archives(folder)
    ilsvrc_adapter.extract(archives, folder / "tree", classes=WNIDS, threads=2)
    return folder / "tree"


def check_ilsvrc(root: Path, **changed: Any) -> DatasetCheck:
    """Check the extracted archives of ILSVRC."""
    settings = {"dataset": "nets", "classes": WNIDS, "splits": ILSVRC_SPLITS, "images": 12}
    return ilsvrc_adapter.check(root, **{**settings, "threads": 2, **changed})
