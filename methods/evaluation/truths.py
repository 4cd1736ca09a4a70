"""The true boxes of a split's images, ready to be compared."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import Crop, Several
from methods.data.boxes import read_boxes
from methods.data.centre_crop import CentreCrop
from methods.data.image_index import ImageRecord
from methods.errors import InputError
from methods.evaluation.crop import boxes_in_crop


def read_truths(
    manifest: Path, records: Sequence[ImageRecord], view: CentreCrop, crop: Crop, several: Several
) -> NDArray[np.float64]:
    """Read the boxes of every image, in the coordinates of its crop.

    Args:
        manifest: manifest.json of the data set.
        records: the n images.
        view: how they are resized and cut.
        crop: see `boxes_in_crop`.
        several: whether a found box is held against the last box of the annotation alone, or
            against whichever fits best.

    Returns:
        float64 (n, K, 4) x1, y1, x2, y2, pixels of the crop; K is 1 or the largest number of boxes
        of an image, and an image with fewer repeats its last one.

    Raises:
        InputError: the manifest is broken, or an image has no box.
    """
    known = read_boxes(manifest)
    bare = [record.id for record in records if len(known.get(record.id, ())) == 0]
    if bare:
        raise InputError(
            manifest,
            f"no box of {len(bare)} images, such as {bare[0]}",
            f"one of each of the {len(records)} images of the split",
            "score a split with boxes, or give the annotation that has them",
        )
    found = [
        boxes_in_crop(known[record.id], (record.width, record.height), view, crop)
        for record in records
    ]
    if several == "last":
        return np.stack([boxes[-1:] for boxes in found])
    longest = max(len(boxes) for boxes in found)
    positions = np.arange(longest)
    return np.stack([boxes[np.minimum(positions, len(boxes) - 1)] for boxes in found])
