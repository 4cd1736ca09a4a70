"""What differs between data sets of different formats, found by the format's name.

The functions here need nothing but the standard library, and no module of one format, so that a
change of one leaves data sets of the other as they are. The work itself is done by two modules of a
format, whose names are made from its own. methods/data/<format>_adapter.py offers

    extract          extract the archives and derive what they lack
    derived          name what was derived
    check            check the extracted data set and describe it

and methods/data/<format>_generator.py, apart from it since real data sets do not need it,

    GeneratedSettings   what `datasets.<name>.generated` says
    render              draw one picture, as `write_archives` takes it
    write_archives      make the archives of a generated data set
"""

import importlib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Literal, NamedTuple

Format = Literal["voc", "coco", "cub", "ilsvrc"]
# What `datasets.<name>.generated` may count: together they are all images, or all of a class.
COUNTED = ("train", "sbd", "val", "test", "cubv2", "unannotated")
COUNTED_PER_CLASS: tuple[Format, ...] = ("cub", "ilsvrc")


class Layout(NamedTuple):
    """Names that a format's files have."""

    root: str  # folder of the extracted archives that the paths of files are relative to
    masks: str  # folder of the derived masks, which label maps are scored against
    archives: tuple[str, ...]  # that the generator makes


VOC = Layout(
    root="VOCdevkit/VOC2012",
    masks="SegmentationClassAug",
    # VOC, SBD, and VOC's test images, where there are any.
    archives=("VOCtrainval.tar", "benchmark.tgz", "VOC2012test.tar"),
)
COCO = Layout(
    root="",
    masks="SegmentationClass",
    # Images of train, images of val, annotations of both.
    archives=("train2014.zip", "val2014.zip", "annotations_trainval2014.zip"),
)
CUB = Layout(
    root="",
    masks="ObjectMasks",
    # CUB-200-2011, its segmentations, and the images and the lists of CUBV2, where there are any.
    archives=("CUB_200_2011.tgz", "segmentations.tgz", "CUBV2.tar", "wsolevaluation.tar.gz"),
)
ILSVRC = Layout(
    root="",
    masks="",  # there are boxes only
    # Images of train, images of val, boxes of val.
    archives=("ILSVRC2012_img_train.tar", "ILSVRC2012_img_val.tar", "ILSVRC2012_bbox_val_v3.tgz"),
)
_LAYOUTS: Mapping[Format, Layout] = {"voc": VOC, "coco": COCO, "cub": CUB, "ilsvrc": ILSVRC}


def data_root(format: Format, tree: str | PathLike[str]) -> Path:
    """Return the folder of an extracted data set that the paths of its files are relative to."""
    return Path(tree) / _LAYOUTS[format].root


def ground_truth(format: Format) -> str:
    """Return the name of the masks that label maps are scored against."""
    return _LAYOUTS[format].masks


def generated_counts(
    format: Format, generated: Mapping[str, Any], splits: Mapping[str, int], num_classes: int = 0
) -> tuple[dict[str, int], int]:
    """Return the number of images of each split, and of all, that `generated` makes.

    The size of val_part is free, up to that of val: `splits` says it. The number of classes is
    needed where `generated` counts the images of each (`COUNTED_PER_CLASS`).
    """
    if format in COUNTED_PER_CLASS:
        made = {name: num_classes * generated[name] for name in COUNTED if generated.get(name, 0)}
        return made, sum(made.values())
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


def generator_name(format: Format) -> str:
    """Return the dotted name of a format's generator."""
    return f"methods.data.{format}_generator"


def generator(format: Format) -> Any:
    """Return a format's generator."""
    return importlib.import_module(generator_name(format))
