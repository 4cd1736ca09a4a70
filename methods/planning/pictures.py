"""How large the images of a data set are, on the average, before any of them is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from methods.data.splits import training_list

# A photograph as JPEG: VOC 2012's 17,125 take 1.9 GB. A label map as PNG: 5 to 6 kB.
_IMAGE_BYTES, _MASK_BYTES = 0.6, 0.03  # a pixel


@dataclass(frozen=True)
class Pictures:
    """Means over the images of a data set.

    Attributes:
        pixels: height times width.
        named: classes that the given or the predicted image labels name.
    """

    pixels: float
    named: float

    @property
    def image_bytes(self) -> float:
        """Of an image file."""
        return _IMAGE_BYTES * self.pixels

    @property
    def mask_bytes(self) -> float:
        """Of a label map."""
        return _MASK_BYTES * self.pixels


# Named classes: 1.5 (VOC) and 2.9 (COCO) are in an image; predictions add some.
_OF_FORMAT = {"voc": Pictures(500 * 375, 2.0), "coco": Pictures(640 * 480, 3.5)}


def training_images(dataset: Mapping[str, Any]) -> int:
    """How many images there are to train on, held-out ones included."""
    return int(dataset["splits"][training_list(dataset["format"])])


def pictures_of(dataset: Mapping[str, Any]) -> Pictures:
    """What is expected of a data set's block of the experiment file."""
    usual = _OF_FORMAT[dataset["format"]]
    if dataset["source"] == "generated":
        return Pictures((sum(dataset["generated"]["size"]) / 2) ** 2, usual.named)
    return usual
