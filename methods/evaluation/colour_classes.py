"""How far colour alone names the class of an image: a control."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from methods.data.image_index import ImageRecord
from methods.data.one_class import single_class
from methods.evaluation.ranking import rank
from methods.workers import map_in_order

_BINS = 8  # of each channel
_IMAGES_A_CLASS = 50  # at most so many, evenly spaced, make the mean of a class

Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ColourClasses:
    """Names the class whose mean colour histogram is nearest.

    Attributes:
        means: float64 (C, bins), infinite where a class has no training image.
        images: number of training images behind them.
    """

    means: Floats
    images: int

    def rank(self, image: Image, true: int) -> int:
        """How many classes are nearer to an image uint8 (H, W, 3) than the true one."""
        distances = np.linalg.norm(self.means - histogram(image), axis=1)
        return rank(-distances, true)


def fit(
    records: Sequence[ImageRecord],
    read: Callable[[ImageRecord], Image],
    num_classes: int,
    workers: int,
) -> ColourClasses:
    """Average the histograms of each class.

    Args:
        records: training images, of one class each.
        read: gives the image of a record, uint8 (H, W, 3).
        num_classes: C.
        workers: processes.
    """
    kept = list(_evenly(records, num_classes))
    sums = np.zeros((num_classes, _BINS**3))
    images = np.zeros(num_classes)
    features = map_in_order(lambda record: histogram(read(record)), kept, workers)
    for record, feature in zip(kept, features, strict=True):
        sums[single_class(record)] += feature
        images[single_class(record)] += 1
    means = np.full_like(sums, np.inf)
    np.divide(sums, images[:, None], out=means, where=images[:, None] > 0)
    return ColourClasses(means, len(kept))


def histogram(image: Image) -> Floats:
    """Square roots of the shares of pixels of each colour (their distance is Hellinger's)."""
    levels = image.reshape(-1, 3).astype(np.int64) * _BINS // 256
    bins = (levels[:, 0] * _BINS + levels[:, 1]) * _BINS + levels[:, 2]
    shares: Floats = np.sqrt(np.bincount(bins, minlength=_BINS**3) / len(bins))
    return shares


def _evenly(records: Sequence[ImageRecord], num_classes: int) -> Iterable[ImageRecord]:
    of_class: list[list[ImageRecord]] = [[] for _ in range(num_classes)]
    for record in records:
        of_class[single_class(record)].append(record)
    for own in of_class:
        yield from own[:: -(-len(own) // _IMAGES_A_CLASS) or 1]
