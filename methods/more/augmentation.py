"""The training views of MoRe: one kind on VOC, another on COCO."""

import random
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from methods.data.transforms import normalise
from methods.more.settings import AugmentationSettings
from methods.torch_compat import define_missing_operators
from methods.training.dataset import MakeView, View
from methods.training.seeding import seeded_torch

define_missing_operators()

from torchvision import transforms  # noqa: E402  (it needs the operators)

Box = tuple[int, int, int, int]  # (r0, r1, c0, c1): rows and columns, half-open

# ImageNet's, of values from 0 to 255, as the published program writes them: in the last bit of one
# not 255 times those of `normalise`.
_MEAN = np.array([123.675, 116.28, 103.53])
_DEVIATION = np.array([58.395, 57.12, 57.375])


def build_view(settings: AugmentationSettings) -> MakeView:
    """Return what draws a view of a uint8 (H, W, 3) image.

    A draw depends on its seed alone and leaves the global generators as they were, so that it does
    not matter which process makes it, or when.
    """
    return ResizedCrop(settings) if settings.kind == "resized_crop" else ScaledCrop(settings)


class ResizedCrop:
    """Random resized crop, flip, colour jitter: the published program's on VOC. No padding."""

    def __init__(self, settings: AugmentationSettings) -> None:
        assert settings.ratio is not None, "the schema asks for it"
        self.crop = settings.crop
        self.geometry_and_colour = transforms.Compose(
            [
                transforms.RandomResizedCrop(
                    settings.crop,
                    settings.scale,
                    settings.ratio,
                    transforms.InterpolationMode.BICUBIC,
                ),
                transforms.RandomHorizontalFlip(settings.flip_probability),
                _jitter(settings),
            ]
        )

    def __call__(self, image: NDArray[np.uint8], seed: int) -> View:
        """Draw one view of a uint8 (H, W, 3) image; its box is the whole crop."""
        with seeded_torch(seed):
            view = self.geometry_and_colour(Image.fromarray(image))
        return View(normalise(np.array(view)), torch.tensor([0, self.crop, 0, self.crop]))


class ScaledCrop:
    """Colour jitter, a random scale, flip, black padding, random crop: the program's on COCO."""

    def __init__(self, settings: AugmentationSettings) -> None:
        self.settings = settings
        self.jitter = _jitter(settings)

    def __call__(self, image: NDArray[np.uint8], seed: int) -> View:
        """Draw one view of a uint8 (H, W, 3) image; its box is what is not padding."""
        with seeded_torch(seed):
            coloured = np.array(self.jitter(Image.fromarray(image)))
        crop = draw_scaled_crop(coloured, self.settings, *self.generators(seed))
        pixels = torch.from_numpy(normalise_float64(crop.pixels)).permute(2, 0, 1)
        return View(pixels.contiguous(), torch.tensor(crop.box))

    @staticmethod
    def generators(seed: int) -> tuple[random.Random, np.random.RandomState]:
        """Return what draws the geometry of a view: Python's generator and NumPy's.

        Both are Mersenne twisters and would give the same numbers if they were seeded in the same
        way; NumPy's is seeded by its SeedSequence.
        """
        return random.Random(seed), np.random.RandomState(np.random.MT19937(seed))


class Crop(NamedTuple):
    """A part of an image."""

    pixels: NDArray[np.uint8]  # (crop, crop, 3)
    box: Box  # of what is not padding, in the crop's pixels


def draw_scaled_crop(
    image: NDArray[np.uint8],
    settings: AugmentationSettings,
    draws: random.Random,
    pads: np.random.RandomState,
) -> Crop:
    """Scale, flip, pad with black where the crop is larger, and crop.

    Args:
        image: uint8 (H, W, 3).
        settings: `crop`, `scale` (of the sides) and `flip_probability` are read.
        draws: gives scale, flip, and the crop's row and column, in this order.
        pads: gives the row and the column of the image in the padded one.
    """
    height, width = scaled_size(image.shape[0], image.shape[1], draws.uniform(*settings.scale))
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(resized)
    if draws.random() > 1 - settings.flip_probability:
        pixels = pixels[:, ::-1]
    side = settings.crop
    padded = np.zeros((max(side, height), max(side, width), 3), dtype=np.uint8)
    top = int(pads.randint(0, padded.shape[0] - height + 1))
    left = int(pads.randint(0, padded.shape[1] - width + 1))
    padded[top : top + height, left : left + width] = pixels
    row = draws.randint(0, padded.shape[0] - side)
    column = draws.randint(0, padded.shape[1] - side)
    rows = (max(top - row, 0), min(top + height - row, side))
    columns = (max(left - column, 0), min(left + width - column, side))
    return Crop(padded[row : row + side, column : column + side], (*rows, *columns))


def scaled_size(height: int, width: int, scale: float) -> tuple[int, int]:
    """Return (height, width) times the scale, cut to whole pixels."""
    return int(height * scale), int(width * scale)


def normalise_float64(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Subtract ImageNet's mean, divide by its deviation, in float64: uint8 to float32 (H, W, 3).

    `normalise` computes in float32; the two differ in the last bit.
    """
    normalised: NDArray[np.float64] = (pixels.astype(np.float64) - _MEAN) / _DEVIATION
    return normalised.astype(np.float32)


def _jitter(settings: AugmentationSettings) -> transforms.RandomApply:
    jitter = transforms.ColorJitter(*settings.jitter)
    return transforms.RandomApply([jitter], settings.jitter_probability)
