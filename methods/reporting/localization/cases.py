"""Which images of a split are shown: the best, the median, those where class or box is wrong."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.evaluation.box_scores import RIGHT
from methods.reporting.gallery import EXTREMES, middle


@dataclass(frozen=True)
class ImageScores:
    """What became of the n images of a split, by one protocol.

    Attributes:
        ids: of the images.
        iou: float64 (n,), of the box of the predicted class's map.
        named: bool (n,), whether the predicted class is the true one.
    """

    ids: tuple[str, ...]
    iou: NDArray[np.float64]
    named: NDArray[np.bool_]

    def iou_of(self, id: str) -> float:
        """IoU of an image."""
        return float(self.iou[self.ids.index(id)])


@dataclass(frozen=True)
class Case:
    """Images that are shown together.

    Attributes:
        title: what they have in common.
        ids: the images that are shown.
    """

    title: str
    ids: tuple[str, ...]


def read_image_scores(counts: Path) -> ImageScores:
    """Read the counts beside a metrics file, which were held against it when it was read."""
    with np.load(counts) as held:
        return ImageScores(tuple(held["ids"].tolist()), held["iou"][:, 0], held["top1"])


def ranked_cases(scores: ImageScores) -> tuple[Case, ...]:
    """The best images, if any has class and box right, and those in the middle of all by IoU."""
    right = _ranked(scores, scores.named & (scores.iou >= RIGHT), "highest")
    best = right[:EXTREMES]
    median = tuple(middle(_ranked(scores, np.ones(len(scores.ids), dtype=bool), "lowest")))
    number = f"{len(median)} of {len(scores.ids)} images"
    cases = [Case(f"All by their IoU: the median, {number}", median)]
    if best:
        number = f"{len(best)} of {len(right)} images"
        cases.insert(0, Case(f"Class and box right: the highest IoU, {number}", best))
    return tuple(cases)


def worst_cases(scores: ImageScores) -> tuple[Case, ...]:
    """Up to three images of each way to be wrong that occurs, the plainest first.

    Where the box is wrong, these are the lowest IoUs; where the class alone is, the highest. Equal
    ones stand in the order of their ids.
    """
    located = scores.iou >= RIGHT
    ways = (
        ("Class right, box wrong", scores.named & ~located, "lowest"),
        ("Class wrong, box right", ~scores.named & located, "highest"),
        ("Class and box wrong", ~scores.named & ~located, "lowest"),
    )
    cases = []
    for title, chosen, extreme in ways:
        ids = _ranked(scores, chosen, extreme)
        shown = ids[:EXTREMES]
        if shown:
            number = f"{len(shown)} of {len(ids)} images"
            cases.append(Case(f"{title}: the {extreme} IoU, {number}", shown))
    return tuple(cases)


def _ranked(scores: ImageScores, chosen: NDArray[np.bool_], extreme: str) -> tuple[str, ...]:
    """The ids of the chosen images, those of the lowest or of the highest IoU first."""
    sign = -1 if extreme == "highest" else 1
    images = [(sign * scores.iou[at], scores.ids[at]) for at in np.flatnonzero(chosen)]
    return tuple(id for _, id in sorted(images))
