"""Which images of a split are shown: those where class and box do not come out right together."""

from collections.abc import Sequence
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
        ("Class right, box wrong", scores.named & ~located, "lowest", 1),
        ("Class wrong, box right", ~scores.named & located, "highest", -1),
        ("Class and box wrong", ~scores.named & ~located, "lowest", 1),
    )
    return tuple(
        Case(f"{title}: the {word} IoU, {len(ids)} of {number} images", ids)
        for title, chosen, word, sign in ways
        for number in [int(chosen.sum())]
        for ids in [_first(scores, np.flatnonzero(chosen).tolist(), sign)]
        if number
    )


def _first(scores: ImageScores, positions: Sequence[int], sign: int) -> tuple[str, ...]:
    ranked = sorted(positions, key=lambda k: (sign * scores.iou[k], scores.ids[k]))
    return tuple(scores.ids[k] for k in ranked[:EXTREMES])
