"""Where the true class stands among the scores of all classes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.image_index import ImageRecord
from methods.data.one_class import single_class
from methods.data.predictions import PredictionIndex, read_arrays
from methods.errors import InputError


def rank(scores: NDArray[Any], true: int) -> int:
    """How many classes stand before the true one; of equal scores the first class stands first.

    Args:
        scores: (C,), the highest first.
        true: zero-based class.
    """
    before = scores > scores[true]
    before[:true] |= scores[:true] == scores[true]
    return int(np.count_nonzero(before))


def read_ranks(
    predictions: PredictionIndex, records: Sequence[ImageRecord]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read the true class of each image, and its rank by the stored logits.

    Args:
        predictions: with arrays "logits" (C,) and "classes" (2,), predicted and true class.
        records: the n images.

    Returns:
        Two int64 (n,): zero-based classes, and ranks from 0.

    Raises:
        InputError: an image has no result, or its maps are not of the classes that they should be.
    """
    predictions.require(record.id for record in records)
    items = {item.id: item for item in predictions.items}
    classes, ranks = [], []
    for record in records:
        path = predictions.path(items[record.id])
        stored = read_arrays(path, ["logits", "classes"])
        true = single_class(record)
        logits = stored["logits"]
        expected = [int(logits.argmax()), true]
        if stored["classes"].tolist() != expected:
            raise InputError(
                path,
                f"maps of the classes {stored['classes'].tolist()}",
                f"{expected}, the predicted and the true one",
                predictions.remedy,
            )
        classes.append(true)
        ranks.append(rank(logits, true))
    return np.array(classes), np.array(ranks)
