"""The view of an image that a classifier is evaluated on: its centre, at one size (no torch)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.errors import InputError


@dataclass(frozen=True)
class CentreCrop:
    """The shorter side is brought to `resize`, then the central square is cut out.

    Sizes, offsets and antialiased interpolation are those of torchvision's Resize and CenterCrop
    on Pillow images.

    Attributes:
        resize: the shorter side before the cut, pixels.
        image_size: side of the square, pixels.
    """

    resize: int
    image_size: int

    def __post_init__(self) -> None:
        """Refuse a square that does not fit.

        Raises:
            InputError: the square is larger than what it is cut out of.
        """
        if not 0 < self.image_size <= self.resize:
            raise InputError(
                "the run's block `inference`",
                f"image_size {self.image_size} and resize {self.resize}",
                "a square that fits into the resized image",
                "raise resize, or lower image_size",
            )

    def resized(self, width: int, height: int) -> tuple[int, int]:
        """Width and height of the whole image after resizing; the longer side is cut to whole."""
        if width <= height:
            return self.resize, int(self.resize * height / width)
        return int(self.resize * width / height), self.resize

    def offset(self, side: int) -> int:
        """First pixel of the square along a resized side; a half goes to the even neighbour."""
        return round((side - self.image_size) / 2)

    def image(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The view of an image uint8 (H, W, 3), bicubic: uint8 (image_size, image_size, 3)."""
        return self._cut(pixels, Image.Resampling.BICUBIC)

    def mask(self, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The same view of a label map uint8 (H, W), with the nearest label at every pixel."""
        return self._cut(labels, Image.Resampling.NEAREST)

    def _cut(self, pixels: NDArray[np.uint8], resampling: Image.Resampling) -> NDArray[np.uint8]:
        size = self.resized(pixels.shape[1], pixels.shape[0])
        left, top = (self.offset(side) for side in size)
        box = (left, top, left + self.image_size, top + self.image_size)
        return np.array(Image.fromarray(pixels).resize(size, resampling).crop(box))
