"""Files of chosen thresholds: what a split chose, and the curve that it is the best of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from methods.box_protocols import BoxProtocol
from methods.data.files import check_fields, read_fields
from methods.errors import InputError
from methods.evaluation.box_scores import IOUS

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
class Choice:
    """The threshold that the boxes of a split chose.

    Attributes:
        split: that chose.
        images: of the split, all of which chose.
        threshold: the smallest of the best ones, a share of a map's largest value.
        value: GT-known on the split with it, percent.
        thresholds: the T that were tried, ascending.
        gt_known: GT-known on the split with each of them, percent.
        by_iou: the threshold of each IoU, where the largest region's box counts.
        of_all_boxes: likewise where whichever box fits best counts; None with a rule that makes a
            single box.
    """

    split: str
    images: int
    threshold: float
    value: float
    thresholds: tuple[float, ...]
    gt_known: tuple[float, ...]
    by_iou: Mapping[str, float]
    of_all_boxes: Mapping[str, float] | None

    @property
    def equally_good(self) -> tuple[tuple[float, float], ...]:
        """First and last of each row of neighbouring thresholds that are as good as the chosen."""
        found: list[tuple[float, float]] = []
        before = False
        for threshold, value in zip(self.thresholds, self.gt_known, strict=True):
            good = value == self.value
            if good and before:
                found[-1] = (found[-1][0], threshold)
            elif good:
                found.append((threshold, threshold))
            before = good
        return tuple(found)


def read_choice(path: Path, name: str, protocol: BoxProtocol) -> Choice:
    """Read what the split that a protocol names chose.

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
    by_iou = check_fields(path, document["thresholds_by_iou"], _NUMBERS)
    if by_iou["50"] != document["threshold"]:
        raise _refused(path, f"{by_iou['50']} at IoU 0.5", f"{document['threshold']}")
    of_all = document["thresholds_of_all_boxes"]
    return Choice(
        split=document["split"],
        images=coverage["evaluated"],
        threshold=document["threshold"],
        value=document["value"],
        thresholds=tuple(grid),
        gt_known=tuple(values),
        by_iou=by_iou,
        of_all_boxes=None if of_all is None else check_fields(path, of_all, _NUMBERS),
    )


def _refused(path: Path, found: str, expected: str) -> InputError:
    return InputError(path, found, expected, "delete it and report.html and run again")
