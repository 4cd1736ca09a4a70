"""Which images of a split are shown: those where class and box do not come out right together."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.evaluation.box_scores import RIGHT
from methods.reporting.gallery import EXTREMES


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
    """A way to be wrong.

    Attributes:
        title: in words.
        ids: the images that are shown.
    """

    title: str
    ids: tuple[str, ...]


def read_image_scores(counts: Path) -> ImageScores:
    """Read the counts beside a metrics file, which were held against it when it was read."""
    with np.load(counts) as held:
        return ImageScores(tuple(held["ids"].tolist()), held["iou"][:, 0], held["top1"])


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
