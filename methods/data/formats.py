"""What differs between data sets of different formats, found by the format's name.

The functions here need nothing but the standard library. The work itself is done by a format's
adapter, the module methods/data/<format>_adapter.py, which offers

    write_archives   make the archives of a generated data set
    extract          extract the archives and derive what they lack
    derived          name what was derived
    check            check the extracted data set and describe it
"""

import importlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal

from methods.data import coco, voc

Format = Literal["voc", "coco"]
# What `datasets.<name>.generated` may count; together they are all images.
COUNTED = ("train", "sbd", "val", "test", "unannotated")


def data_root(format: Format, tree: str | PathLike[str]) -> Path:
    """Return the folder of an extracted data set that the paths of its files are relative to."""
    return voc.voc_folder(tree) if format == "voc" else Path(tree)


def ground_truth(format: Format) -> str:
    """Return the name of the masks that label maps are scored against."""
    return voc.AUGMENTED_MASKS if format == "voc" else coco.MASKS


def generated_archives(format: Format, generated: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the archives that `datasets.<name>.generated` makes."""
    if format == "coco":
        return coco.ARCHIVES
    test = ("VOC2012test.tar",) if generated.get("test", 0) else ()
    return ("VOCtrainval.tar", "benchmark.tgz", *test)


def generated_counts(
    format: Format, generated: Mapping[str, Any], splits: Mapping[str, int]
) -> tuple[dict[str, int], int]:
    """Return the number of images of each split, and of all, that `generated` makes.

    The size of val_part is free, up to that of val: `splits` says it.
    """
    train, val = generated["train"], generated["val"]
    if format == "coco":
        made = {"train": train, "val": val, "val_part": min(splits["val_part"], val)}
        return made, train + val + generated["unannotated"]
    train_aug, test = train + generated["sbd"], generated.get("test", 0)
    made = {"train": train, "train_aug": train_aug, "val": val}
    return made | ({"test": test} if test else {}), train_aug + val + test


def adapter_name(format: Format) -> str:
    """Return the dotted name of a format's adapter."""
    return f"methods.data.{format}_adapter"


def adapter(format: Format) -> Any:
    """Return a format's adapter."""
    return importlib.import_module(adapter_name(format))
