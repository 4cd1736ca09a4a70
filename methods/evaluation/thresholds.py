"""The threshold of a protocol: given, or the best one of a split."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import BoxProtocol
from methods.data.box_sets import BoxSet
from methods.data.files import check_fields, read_fields
from methods.errors import InputError
from methods.evaluation.box_scores import IOUS, map_overlaps
from methods.evaluation.overlap import Overlaps
from methods.evaluation.proportions import percent

_FIELDS = {
    "split": str,
    "protocol": str,
    "threshold": float | int,
    "value": float | int,
    "coverage": dict,
    "thresholds": list,
    "gt_known": list,
    "thresholds_by_iou": dict,
    "thresholds_of_all_boxes": dict | None,
}
_NUMBERS = dict.fromkeys(IOUS, float | int)


@dataclass(frozen=True)
class Thresholds:
    """At which share of a map's largest value its boxes are read.

    Attributes:
        single: by IoU, where a map has a single box; that of IoU 0.5 is the protocol's threshold.
        of_all_boxes: by IoU, where whichever box fits best counts.
    """

    single: Mapping[str, float]
    of_all_boxes: Mapping[str, float]

    @classmethod
    def given(cls, threshold: float) -> "Thresholds":
        """The same one everywhere."""
        same = dict.fromkeys(IOUS, threshold)
        return cls(same, same)


def choose_thresholds(
    name: str, protocol: BoxProtocol, boxes: BoxSet, overlaps: Overlaps
) -> dict[str, Any]:
    """Choose the threshold with the most right boxes, the smallest of equal ones.

    The boxes are those of the map that the protocol takes for GT-known, over the whole split: one
    threshold for all images. It is chosen at IoU 0.5, and at 0.3 and 0.7 for the accuracy there.

    Args:
        name: of the protocol.
        protocol: which map counts.
        boxes: of the split that chooses.
        overlaps: their IoU.

    Returns:
        What a threshold file says. "thresholds_of_all_boxes" is None with a rule that finds a
        single box.
    """
    single = _shares(map_overlaps(overlaps.first, protocol.gt_known))
    every = _shares(map_overlaps(overlaps.best, protocol.gt_known))
    grid = boxes.thresholds
    chosen = {key: float(grid[shares.argmax()]) for key, shares in single.items()}
    of_all = {key: float(grid[shares.argmax()]) for key, shares in every.items()}
    return {
        "split": boxes.split,
        "protocol": name,
        "threshold": chosen["50"],
        "value": float(single["50"].max()),
        "coverage": {"evaluated": len(boxes.ids), "expected": boxes.expected},
        "thresholds": grid.tolist(),
        "gt_known": single["50"].tolist(),
        "thresholds_by_iou": chosen,
        "thresholds_of_all_boxes": of_all if boxes.rule == "wsolevaluation" else None,
    }


def read_thresholds(path: Path, name: str, protocol: BoxProtocol) -> Thresholds:
    """Read the thresholds that a protocol's split chose.

    Raises:
        InputError: the file is missing or broken, is of another protocol or split, or its threshold
            is not the best one of its own curve.
    """
    document = read_fields(path, _FIELDS)
    found = (document["split"], document["protocol"])
    if found != (protocol.chosen_on, name):
        raise _refused(path, f"a threshold of {found}", f"one of {(protocol.chosen_on, name)}")
    coverage = check_fields(path, document["coverage"], {"evaluated": int, "expected": int})
    if coverage["evaluated"] != coverage["expected"]:
        raise _refused(path, f"a choice by {coverage['evaluated']} images", "one by all of a split")
    values, grid = document["gt_known"], document["thresholds"]
    best = int(np.argmax(values)) if values and len(values) == len(grid) else None
    if best is None or (document["threshold"], document["value"]) != (grid[best], values[best]):
        stated = f"{document['threshold']} as threshold"
        raise _refused(path, stated, "the smallest of the best ones of its curve")
    single = check_fields(path, document["thresholds_by_iou"], _NUMBERS)
    if single["50"] != document["threshold"]:
        raise _refused(path, f"{single['50']} at IoU 0.5", f"{document['threshold']}")
    of_all = document["thresholds_of_all_boxes"]
    return Thresholds(single, single if of_all is None else check_fields(path, of_all, _NUMBERS))


def _shares(iou: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Right boxes at each threshold, percent, by IoU."""
    return {
        key: np.array([percent(column >= least) for column in iou.T]) for key, least in IOUS.items()
    }


def _refused(path: Path, found: str, expected: str) -> InputError:
    return InputError(path, found, expected, "delete it and report.html and run again")
