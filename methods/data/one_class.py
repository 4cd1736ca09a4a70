"""The class of an image that shows objects of one class."""

import numpy as np

from methods.data.image_index import ImageRecord
from methods.errors import InputError


def single_class(record: ImageRecord) -> int:
    """The zero-based class of an image.

    Raises:
        InputError: it has none, or several.
    """
    classes = np.flatnonzero(record.labels)
    if len(classes) != 1:
        raise InputError(
            f"labels of image {record.id}",
            f"{len(classes)} classes",
            "exactly one",
            "check the index of the data set; localization is scored on images of one class",
        )
    return int(classes[0])
