"""Controls: predictions whose worth is known in advance; they test the scorer and the data."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.labels import IGNORE
from methods.data.samples import Image, MaskedImages
from methods.evaluation.colour import fit

Labels = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Control:
    """A control, ready to predict.

    Attributes:
        predict: from an image uint8 (H, W, 3) and its mask (H, W) to labels uint8 (H, W).
        protocol: how the prediction comes about.
    """

    predict: Callable[[Image, Labels], NDArray[np.uint8]]
    protocol: Mapping[str, Any]


def build_control(
    name: str, scored: MaskedImages, training: MaskedImages, training_split: str
) -> Control:
    """Make a control.

    Args:
        name: one of `methods.layout.CONTROLS` of segmentation.
        scored: the samples that it will be scored on.
        training: the samples that the colour control is fitted on.
        training_split: name of their split.
    """
    if name == "perfect":
        return Control(lambda image, mask: perfect(mask), {"prediction": "the masks themselves"})
    if name == "all_background":
        known = all_background_miou(mask for _, mask in scored)
        protocol = {"prediction": "background everywhere", "known_miou": known}
        return Control(lambda image, mask: all_background(mask), protocol)
    if name == "colour":
        return _colour(training, training_split)
    raise ValueError(f"no control {name}")


def perfect(truth: Labels) -> NDArray[np.uint8]:
    """The ground truth itself, background where it is 255: scores 100."""
    return np.where(truth == IGNORE, 0, truth).astype(np.uint8)


def all_background(truth: Labels) -> NDArray[np.uint8]:
    """Background everywhere: scores `all_background_miou`."""
    return np.zeros(truth.shape, dtype=np.uint8)


def all_background_miou(masks: Iterable[Labels]) -> float:
    """mIoU of the all-background prediction, straight from the masks, percent.

    100 * (background pixels / labelled pixels) / labels that occur: the union of background is
    every labelled pixel, and each other label that occurs has an IoU of zero.
    """
    pixels = np.zeros(IGNORE + 1, dtype=np.int64)
    for mask in masks:
        pixels += np.bincount(mask.ravel(), minlength=IGNORE + 1)
    labelled = pixels[:IGNORE]
    return float(100 * labelled[0] / labelled.sum() / np.count_nonzero(labelled))


def _colour(training: MaskedImages, split: str) -> Control:
    classifier = fit(training, training.num_classes + 1)
    protocol = {
        "prediction": "colour of a neighbourhood",
        "fitted_on": f"masks of {split}",
        "settings": asdict(classifier.settings),
        "held_out_miou": classifier.held_out_miou,
    }
    return Control(lambda image, mask: classifier.predict(image), protocol)
