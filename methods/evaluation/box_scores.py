"""Rates of localization, from what is known of each image (NumPy only)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.evaluation.overlap import Overlaps
from methods.evaluation.proportions import percent

RATES = ("top1_loc", "top5_loc", "gt_known", "top1_cls", "top5_cls")
IOUS: Mapping[str, float] = {"30": 0.3, "50": 0.5, "70": 0.7}  # by their names in files
RIGHT = IOUS["50"]  # a box is right from here

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Outcomes:
    """What became of each of the n images of a split.

    Attributes:
        ids: of the images.
        classes: int64 (n,), the true class, zero-based.
        iou: float64 (n, 2), of the single box of the predicted and of the true class's map.
        top1: bool (n,), the true class has the highest score.
        top5: bool (n,), it is among the five highest.
        constant: bool (n, 2), the map has a single value.
    """

    ids: tuple[str, ...]
    classes: NDArray[np.int64]
    iou: NDArray[np.float64]
    top1: Flags
    top5: Flags
    constant: Flags

    def events(self, gt_known: str) -> dict[str, Flags]:
        """Which images count for each of the five rates, bool (n,).

        Top-1 and Top-5 Loc take the box of the predicted class, as the published program does.

        Args:
            gt_known: "predicted" or "labelled", the class whose map makes the box of GT-known.
        """
        right = self.iou >= RIGHT
        return {
            "top1_loc": self.top1 & right[:, 0],
            "top5_loc": self.top5 & right[:, 0],
            "gt_known": right[:, _column(gt_known)],
            "top1_cls": self.top1,
            "top5_cls": self.top5,
        }

    def summary(self, gt_known: str, names: Sequence[str]) -> dict[str, Any]:
        """All scores that follow from the outcomes alone.

        Args:
            gt_known: see `events`.
            names: of the C classes.
        """
        events = self.events(gt_known)
        return {
            **{rate: percent(events[rate]) for rate in RATES},
            "decomposition": _decomposition(self.top1, self.iou[:, 0] >= RIGHT),
            "constant_maps": int(self.constant.any(axis=1).sum()),
            "per_class": _per_class(events, self.classes, names),
        }


def map_overlaps(overlaps: NDArray[np.float64], gt_known: str) -> NDArray[np.float64]:
    """Of IoU (n, 2, T), that of the map which makes the box of GT-known, (n, T)."""
    return overlaps[:, _column(gt_known)]


def box_accuracy(iou: NDArray[np.float64], positions: Mapping[str, int]) -> dict[str, float]:
    """Share of right boxes at IoU 0.3, 0.5 and 0.7, percent.

    Args:
        iou: float64 (n, T).
        positions: which threshold is taken at each of `IOUS`.
    """
    return {key: percent(iou[:, positions[key]] >= least) for key, least in IOUS.items()}


def curve(
    overlaps: Overlaps, top1: Flags, gt_known: str, thresholds: NDArray[np.float64]
) -> dict[str, list[float]]:
    """GT-known and Top-1 Loc at every threshold, percent."""
    known = map_overlaps(overlaps.first, gt_known) >= RIGHT
    located = (overlaps.first[:, 0] >= RIGHT) & top1[:, None]
    return {
        "thresholds": thresholds.tolist(),
        "gt_known": [percent(column) for column in known.T],
        "top1_loc": [percent(column) for column in located.T],
    }


def _column(gt_known: str) -> int:
    return ("predicted", "labelled").index(gt_known)


def _decomposition(named: Flags, located: Flags) -> dict[str, float]:
    """Share of the images whose class and box are right, by what is, percent; adds up to 100."""
    return {
        "both": percent(named & located),
        "box_only": percent(~named & located),
        "class_only": percent(named & ~located),
        "neither": percent(~named & ~located),
    }


def _per_class(
    events: Mapping[str, Flags], classes: NDArray[np.int64], names: Sequence[str]
) -> dict[str, Any]:
    """Number of images and rates of each class; null where a class has no image."""
    result: dict[str, Any] = {}
    for k, name in enumerate(names):
        own = classes == k
        images = int(own.sum())
        rates = ("top1_loc", "gt_known", "top1_cls")
        shares = {rate: percent(events[rate][own]) if images else None for rate in rates}
        result[name] = {"images": images, **shares}
    return result
