"""Splits of a data set: which it has, how many images each holds, and which share images.

All is told from the data set's block of the experiment file, before an image is there. The check of
the data set holds the lists to it (`methods.data.split_checks`).
"""

from collections.abc import Mapping
from typing import Any

TEST = "test"  # of VOC, it is withheld; of CUB, it is scored like any other
# `held_out` of a data set adds three splits:
HELD_OUT = "held_out"  # the images that are drawn
TRAIN_KEPT = "train_kept"  # the training list without them
REST = "rest"  # the split that they are drawn from without them
DERIVED = (HELD_OUT, TRAIN_KEPT, REST)

# Regions are apart from each other; a split is made of one or more of them.
_REGIONS: dict[str, dict[str, frozenset[str]]] = {
    "voc": {
        "train": frozenset({"train"}),
        "train_aug": frozenset({"train", "added"}),
        "val": frozenset({"val"}),
        TEST: frozenset({TEST}),
    },
    "coco": {
        "train": frozenset({"train"}),
        "val": frozenset({"val_part", "val_left"}),
        "val_part": frozenset({"val_part"}),
    },
    "cub": {name: frozenset({name}) for name in ("train", TEST, "cubv2")},
    "ilsvrc": {name: frozenset({name}) for name in ("train", "val")},
}
_TRAINING = {"voc": "train_aug", "coco": "train", "cub": "train", "ilsvrc": "train"}
_WITHHELD = (("voc", TEST),)


def training_list(format: str) -> str:
    """Return the name of the split with every image that may be trained on."""
    return _TRAINING[format]


def withheld(format: str, split: str) -> bool:
    """Return whether a split's images have neither annotation nor mask.

    The evaluation server alone can score it.
    """
    return (format, split) in _WITHHELD


def drawable(format: str) -> list[str]:
    """Return the splits that images may be held out of: the training list and its parts."""
    regions = _REGIONS[format]
    whole = regions[training_list(format)]
    return [name for name, parts in regions.items() if parts <= whole]


def drawn_from(dataset: Mapping[str, Any]) -> str | None:
    """Return the split that a data set's block holds images out of; None where it does not."""
    return dataset["held_out"]["split"] if "held_out" in dataset else None


def sizes(dataset: Mapping[str, Any]) -> dict[str, int]:
    """Return how many images each split of a data set's block holds, derived splits included."""
    declared: dict[str, int] = dict(dataset["splits"])
    if "held_out" not in dataset:
        return declared
    held_out = dataset["held_out"]["images"]
    return {
        **declared,
        HELD_OUT: held_out,
        TRAIN_KEPT: declared[training_list(dataset["format"])] - held_out,
        REST: declared[dataset["held_out"]["split"]] - held_out,
    }


def overlap(format: str, source: str | None, first: str, second: str) -> bool:
    """Return whether two splits may share images.

    Args:
        format: of the data set.
        source: the split that images are held out of; None where none are.
        first: name of a split.
        second: name of another, or of the same. Of a split that the format does not know, nothing
            is known: it may hold any image.
    """
    parts, others = _parts(format, source, first), _parts(format, source, second)
    return parts is None or others is None or not parts.isdisjoint(others)


def _parts(format: str, source: str | None, name: str) -> frozenset[tuple[str, bool]] | None:
    """The regions of a split, each as (region, whether it is the part that is held out)."""
    regions = _REGIONS[format]
    if name in DERIVED and source not in regions:
        return None
    if name in DERIVED:
        whole = regions[training_list(format) if name == TRAIN_KEPT else str(source)]
        return frozenset((region, name == HELD_OUT) for region in whole)
    if name not in regions:
        return None
    return frozenset((region, held) for region in regions[name] for held in (True, False))
