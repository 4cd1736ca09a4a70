"""Which images of a split are shown: by their own score, and by kind of failure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from methods.evaluation.segmentation import scores
from methods.reporting.gallery import EXTREMES, middle, shown_of
from methods.reporting.segmentation_failures import KINDS, Counts
from methods.wording import counted


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
        text: what that means, how many there are, and which of them these are.
        ids: of the images.
        word: of a failure, what became of the labels that it is about.
        failed: of a failure, these labels, by the image's id.
    """

    title: str
    text: str
    ids: tuple[str, ...]
    word: str = ""
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


def ranked_cases(images: ImageCounts, scored: str) -> tuple[Case, ...]:
    """The worst, the median and the best images by their own score.

    Args:
        images: of a split.
        scored: the split and the protocol, in words.
    """
    ids = images.ranked
    chosen = {
        "Worst": ("with the lowest mIoU", ids[:EXTREMES]),
        "Median": ("in the middle, ranked by mIoU", middle(ids)),
        "Best": ("with the highest mIoU", ids[::-1][:EXTREMES]),
    }
    return tuple(
        Case(
            f"{word} images",
            f"Of {counted(len(ids), 'image')} of {scored}, the {len(of)} {where}.",
            tuple(of),
        )
        for word, (where, of) in chosen.items()
    )


def failures(images: ImageCounts, scored: str) -> tuple[Case, ...]:
    """Up to three images of each kind of failure that occurs, the one of most pixels first.

    Args:
        images: of a split.
        scored: the split and the protocol, in words.
    """
    cases = []
    for kind in KINDS:
        found = {id: kind.find(matrix) for id, matrix in images.counts.items()}
        failed = {id: pixels for id, pixels in found.items() if pixels.any()}
        ids = sorted(failed, key=lambda id: (-int(failed[id].sum()), id))[:EXTREMES]
        if ids:
            labels = {id: tuple(np.flatnonzero(failed[id]).tolist()) for id in ids}
            text = (
                f"{kind.meaning}: {len(failed)} of {counted(len(found), 'image')} of {scored}."
                f" {shown_of(len(failed), 'the most such pixels')}"
            )
            cases.append(Case(kind.title, text, tuple(ids), kind.word, labels))
    return tuple(cases)
