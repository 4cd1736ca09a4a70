"""The threshold of a protocol: given, or the best one of a split."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import BoxProtocol
from methods.data.box_sets import BoxSet
from methods.evaluation.box_scores import IOUS, map_overlaps
from methods.evaluation.overlap import Overlaps
from methods.evaluation.proportions import percent
from methods.evaluation.threshold_choice import read_choice


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
        "thresholds_of_all_boxes": of_all if boxes.every_region else None,
    }


def read_thresholds(path: Path, name: str, protocol: BoxProtocol) -> Thresholds:
    """Read the thresholds that a protocol's split chose.

    Raises:
        InputError: see `read_choice`.
    """
    choice = read_choice(path, name, protocol)
    of_all = choice.by_iou if choice.of_all_boxes is None else choice.of_all_boxes
    return Thresholds(choice.by_iou, of_all)


def _shares(iou: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Right boxes at each threshold, percent, by IoU."""
    return {
        key: np.array([percent(column >= least) for column in iou.T]) for key, least in IOUS.items()
    }
