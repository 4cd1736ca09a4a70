"""How large the images of a data set are before any of them is there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from methods.data.formats import CUB
from methods.data.splits import TEST, training_list

# Bytes a pixel of a photograph as JPEG (VOC 2012's 17,125 take 1.9 GB; ILSVRC's 1,281,167 of train
# 148 GB), and of a label map as PNG (5 to 6 kB).
_IMAGE_BYTES, _MASK_BYTES = 0.6, 0.03


@dataclass(frozen=True)
class Pictures:
    """Means over the images of a data set.

    Attributes:
        pixels: height times width.
        named: classes that the given or the predicted image labels name.
        bytes_a_pixel: of an image file.
    """

    pixels: float
    named: float
    bytes_a_pixel: float = _IMAGE_BYTES

    @property
    def image_bytes(self) -> float:
        """Of an image file."""
        return self.bytes_a_pixel * self.pixels

    @property
    def mask_bytes(self) -> float:
        """Of a label map."""
        return _MASK_BYTES * self.pixels


# Named classes: 1.5 (VOC) and 2.9 (COCO) are in an image; predictions add some. CUB's 11,788 images
# take 95 kB each.
_OF_FORMAT = {
    "voc": Pictures(500 * 375, 2.0),
    "coco": Pictures(640 * 480, 3.5),
    "cub": Pictures(500 * 375, 1.0, bytes_a_pixel=95e3 / (500 * 375)),
    "ilsvrc": Pictures(500 * 375, 1.0),
}


# Sides of the largest images of a data set, which are longer than those of the usual ones.
_LONGEST = {"voc": 500, "coco": 640}


def largest_pixels(dataset: Mapping[str, Any]) -> int:
    """Height times width of the largest image of a data set that is segmented."""
    generated = dataset["source"] == "generated"
    side = max(dataset["generated"]["size"]) if generated else _LONGEST[dataset["format"]]
    return int(side) ** 2


def training_images(dataset: Mapping[str, Any]) -> int:
    """How many images there are to train on, held-out ones included."""
    return int(dataset["splits"][training_list(dataset["format"])])


def masked_images(dataset: Mapping[str, Any]) -> int:
    """How many images the extraction derives a mask for."""
    splits, format = dataset["splits"], dataset["format"]
    if format in ("voc", "coco"):
        return training_images(dataset) + int(splits["val"])
    if format != "cub":
        return 0  # there are boxes only
    archives = {archive["name"] for archive in dataset.get("archives", ())}
    segmented = dataset["source"] == "generated" or CUB.archives[1] in archives
    return int(splits["train"] + splits[TEST]) if segmented else 0


def pictures_of(dataset: Mapping[str, Any]) -> Pictures:
    """What is expected of a data set's block of the experiment file."""
    usual = _OF_FORMAT[dataset["format"]]
    if dataset["source"] == "generated":
        return replace(usual, pixels=(sum(dataset["generated"]["size"]) / 2) ** 2)
    return usual
