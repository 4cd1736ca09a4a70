"""Which images of a split are shown: by their own score, and by kind of failure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.evaluation.segmentation import scores
from methods.reporting.gallery import EXTREMES, middle

Counts = NDArray[np.int64]
_MOST = 0.5  # share of an object's pixels from which on a failure is one


@dataclass(frozen=True)
class ImageCounts:
    """The confusion matrices of the images of a split, by one protocol.

    Attributes:
        counts: int64 (K, K) of each image, by its id; rows ground truth, columns prediction.
        iou: mean IoU over the labels in an image's ground truth or its prediction, %.
    """

    counts: Mapping[str, Counts]
    iou: Mapping[str, float]

    @property
    def ranked(self) -> list[str]:
        """The ids, the lowest score first; equal ones in the order of their ids."""
        return sorted(self.iou, key=lambda id: (self.iou[id], id))


@dataclass(frozen=True)
class Case:
    """Images that are shown together.

    Attributes:
        title: what they have in common.
        ids: of the images.
        failed: of a failure, the labels that it is about, by the image's id.
    """

    title: str
    ids: tuple[str, ...]
    failed: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


def read_image_counts(path: Path) -> ImageCounts:
    """Read the counts beside a metrics file, which were held against it when it was read.

    A class that is predicted where there is none counts as 0 in the score of its image. A split
    is scored otherwise: there every label occurs, as a rule.
    """
    with np.load(path) as archive:
        counts = dict(zip(archive["ids"].tolist(), archive["counts"], strict=True))
    return ImageCounts(
        counts, {id: float(np.nanmean(scores(matrix).iou)) for id, matrix in counts.items()}
    )


def ranked_cases(images: ImageCounts) -> tuple[Case, ...]:
    """The worst, the median and the best images by their own score."""
    ids = images.ranked
    chosen = {"worst": ids[:EXTREMES], "median": middle(ids), "best": ids[::-1][:EXTREMES]}
    return tuple(Case(f"The {len(of)} {word} images", tuple(of)) for word, of in chosen.items())


def failures(images: ImageCounts) -> tuple[Case, ...]:
    """Up to three images of each kind of failure that occurs, the one of most pixels first."""
    cases = []
    for title, find in _KINDS.items():
        found = {id: find(matrix) for id, matrix in images.counts.items()}
        failed = {id: pixels for id, pixels in found.items() if pixels.any()}
        ids = sorted(failed, key=lambda id: (-int(failed[id].sum()), id))[:EXTREMES]
        if ids:
            labels = {id: tuple(np.flatnonzero(failed[id]).tolist()) for id in ids}
            number = f"{len(ids)} of {len(failed)} images"
            cases.append(Case(f"{title}, {number}", tuple(ids), labels))
    return tuple(cases)


def _missed(counts: Counts) -> Counts:
    """Pixels of each class that the image has and the prediction nowhere; (K,)."""
    return _of_objects(counts, counts.sum(axis=0) == 0, counts.sum(axis=1))


def _swallowed(counts: Counts) -> Counts:
    """Pixels that the background took of each class that it took most of, though not all."""
    return _taken(counts, counts[:, 0])


def _confused(counts: Counts) -> Counts:
    """Pixels that other classes took of each class that they took most of, though not all."""
    return _taken(counts, counts[:, 1:].sum(axis=1) - np.diagonal(counts))


def _spilled(counts: Counts) -> Counts:
    """Pixels of the background in each class of the image, where they are many for the object."""
    size = counts.sum(axis=1)
    return _of_objects(counts, counts[0] > _MOST * size, counts[0])


def _invented(counts: Counts) -> Counts:
    """Pixels of each class that the prediction has and the image nowhere."""
    absent = counts.sum(axis=1) == 0
    absent[0] = False
    return np.where(absent, counts.sum(axis=0), 0)


def _taken(counts: Counts, pixels: Counts) -> Counts:
    """The pixels that were taken of a class, where they are most of it and the class is found."""
    found = counts.sum(axis=0) > 0
    return _of_objects(counts, found & (pixels > _MOST * counts.sum(axis=1)), pixels)


def _of_objects(counts: Counts, chosen: NDArray[np.bool_], pixels: Counts) -> Counts:
    """Pixels of the chosen classes among those that the ground truth has."""
    present = counts.sum(axis=1) > 0
    present[0] = False
    return np.where(present & chosen, pixels, 0)


_KINDS: Mapping[str, Callable[[Counts], Counts]] = {
    "Class missed: in the ground truth, predicted nowhere": _missed,
    "Object swallowed by background: more than half of its pixels": _swallowed,
    "Class confused: more than half of its pixels given to other classes": _confused,
    "Object spilled over: background given to it, more than half of its own pixels": _spilled,
    "Class invented: predicted, nowhere in the ground truth": _invented,
}
