"""Kinds of failure of a segmentation, told from the pixels that an image's counts hold."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
_MOST = 0.5  # share of an object's pixels from which on a failure is one


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


class Kind(NamedTuple):
    """A kind of failure.

    Attributes:
        title: its name.
        meaning: when an image has it.
        word: what became of the class that it is about.
        find: int64 (K,), the pixels of each class that it costs an image, of its counts.
    """

    title: str
    meaning: str
    word: str
    find: Callable[[Counts], Counts]


KINDS = (
    Kind("Class missed", "A class of the ground truth is predicted nowhere", "missed", _missed),
    Kind(
        "Object swallowed by background",
        "More than half of the pixels of a class are predicted as background",
        "swallowed",
        _swallowed,
    ),
    Kind(
        "Class confused",
        "More than half of the pixels of a class are predicted as other classes",
        "confused",
        _confused,
    ),
    Kind(
        "Object spilled over",
        "A class takes background, more than half as many pixels as its own",
        "spilled over",
        _spilled,
    ),
    Kind(
        "Class invented", "A class is predicted that the ground truth lacks", "invented", _invented
    ),
)
