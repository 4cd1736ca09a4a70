"""Which images of a split are shown: the best, the median, those where class or box is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.evaluation.box_scores import RIGHT
from methods.reporting.gallery import EXTREMES, middle, shown_of
from methods.wording import counted


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
        text: how many there are, and which of them are shown.
        ids: the images that are shown.
    """

    title: str
    text: str
    ids: tuple[str, ...]


def read_image_scores(counts: Path) -> ImageScores:
    """Read the counts beside a metrics file, which were held against it when it was read."""
    with np.load(counts) as held:
        return ImageScores(tuple(held["ids"].tolist()), held["iou"][:, 0], held["top1"])


def ranked_cases(scores: ImageScores, scored: str) -> tuple[Case, ...]:
    """The best images, if any has class and box right, and those in the middle of all by IoU.

    Args:
        scores: of the images of a split.
        scored: the split and the protocol, in words.
    """
    median = tuple(middle(_ranked(scores, np.ones(len(scores.ids), dtype=bool), "lowest")))
    number = counted(len(scores.ids), "image")
    middle_text = f"Of {number} of {scored}, the {len(median)} in the middle, ranked by IoU."
    best = _case("Class and box right", scores, scores.named & _located(scores), "highest", scored)
    return (*best, Case("Median images", middle_text, median))


def worst_cases(scores: ImageScores, scored: str) -> tuple[Case, ...]:
    """Up to three images of each way to be wrong that occurs, the plainest first.

    Where the box is wrong, these are the lowest IoUs; where the class alone is, the highest. Equal
    ones stand in the order of their ids.

    Args:
        scores: of the images of a split.
        scored: the split and the protocol, in words.
    """
    located = _located(scores)
    ways = (
        ("Class right, box wrong", scores.named & ~located, "lowest"),
        ("Class wrong, box right", ~scores.named & located, "highest"),
        ("Class and box wrong", ~scores.named & ~located, "lowest"),
    )
    return tuple(
        case
        for title, chosen, extreme in ways
        for case in _case(title, scores, chosen, extreme, scored)
    )


def _located(scores: ImageScores) -> NDArray[np.bool_]:
    """Whether the box of each image is right."""
    located: NDArray[np.bool_] = scores.iou >= RIGHT
    return located


def _case(
    title: str, scores: ImageScores, chosen: NDArray[np.bool_], extreme: str, scored: str
) -> Iterator[Case]:
    """The first of the chosen images by IoU; nothing where none is."""
    ids = _ranked(scores, chosen, extreme)
    if ids:
        number = f"{len(ids)} of {counted(len(scores.ids), 'image')} of {scored}"
        text = f"{number}. {shown_of(len(ids), f'the {extreme} IoU')}"
        yield Case(title, text, ids[:EXTREMES])


def _ranked(scores: ImageScores, chosen: NDArray[np.bool_], extreme: str) -> tuple[str, ...]:
    """The ids of the chosen images, those of the lowest or of the highest IoU first."""
    sign = -1 if extreme == "highest" else 1
    images = [(sign * scores.iou[at], scores.ids[at]) for at in np.flatnonzero(chosen)]
    return tuple(id for _, id in sorted(images))
