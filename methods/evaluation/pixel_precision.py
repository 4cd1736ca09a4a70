"""PxAP: how well class maps tell the pixels of the object, over all thresholds at once.

The measure of Choe et al., "Evaluating weakly supervised object localization methods right" (2020).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.data.centre_crop import CentreCrop
from methods.data.files import read_fields
from methods.data.image_index import ImageRecord
from methods.data.predictions import PredictionIndex, read_arrays
from methods.data.samples import ManifestFiles
from methods.errors import InputError
from methods.postprocess.boxes import enlarge
from methods.workers import map_in_order

# 0.000, 0.001 .. 0.999, 1, and an end for the largest value
_EDGES = np.array([*(step / 1000 for step in range(1001)), 2.0])

Counts = NDArray[np.int64]


def pixel_counts(scores: NDArray[np.floating], mask: NDArray[np.uint8]) -> Counts:
    """Count pixels by their value: int64 (2, bins), of the object and of the background.

    Args:
        scores: (S, S), values 0 to 1.
        mask: uint8 (S, S), 1 object, 0 background, anything else does not count.
    """
    return np.stack([np.histogram(scores[mask == label], bins=_EDGES)[0] for label in (1, 0)])


def average_precision(counts: Counts) -> float:
    """Area under precision over recall, percent.

    At every threshold that a bin begins with, the pixels at or above it are taken for the object;
    each step of recall counts with the precision behind it.

    Args:
        counts: int64 (2, bins), of a whole split.

    Raises:
        InputError: no pixel is one of the object.
    """
    object_pixels, background_pixels = counts[:, ::-1].cumsum(axis=1)
    if object_pixels[-1] == 0:
        raise InputError(
            "masks of the split",
            "no pixel of an object",
            "at least one in the crops",
            "check the masks of the data set",
        )
    taken = object_pixels + background_pixels
    precision = object_pixels / np.maximum(taken, 1)
    steps = np.diff(object_pixels, prepend=0) / object_pixels[-1]
    return float(100 * (steps * precision).sum())


def split_pixel_precision(
    predictions: PredictionIndex,
    records: Sequence[ImageRecord],
    manifest: Path,
    root: Path,
    view: CentreCrop,
    workers: int,
) -> float | None:
    """PxAP of the maps of the true class, percent; None where no image of the split has a mask.

    A map is enlarged as by the rule "wsolevaluation"; a constant one tells no pixel from another.

    Args:
        predictions: with arrays "maps" (2, h, w), of the predicted and the true class.
        records: the images of the split.
        manifest: manifest.json of the data set.
        root: the folder that its paths are relative to.
        view: how images enter the network.
        workers: processes.

    Raises:
        InputError: some images have a mask and some have none, or a file is missing or broken.
    """
    masks = read_fields(manifest, {"masks": dict})["masks"]
    bare = [record.id for record in records if record.id not in masks]
    if len(bare) == len(records):
        return None
    if bare:
        raise InputError(
            manifest,
            f"no mask of {len(bare)} of {len(records)} images, such as {bare[0]}",
            "masks of all images of a split, or of none",
            "give the whole archive of the segmentations, or leave it out",
        )
    files = ManifestFiles.read(manifest, root)
    items = {item.id: item for item in predictions.items}

    def count(record: ImageRecord) -> Counts:
        """Pixels of one image by score, in its mask and outside."""
        path = predictions.path(items[record.id])
        scores = enlarge(
            read_arrays(path, ["maps"])["maps"][1], view.image_size, "wsolevaluation", path
        )
        mask = files.mask(record.id, 1, (record.height, record.width))
        return pixel_counts(scores, view.mask(mask))

    total = np.zeros((2, len(_EDGES) - 1), dtype=np.int64)
    for counts in map_in_order(count, records, workers):
        total += counts
    return average_precision(total)
