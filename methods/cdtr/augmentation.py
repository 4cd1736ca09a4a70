"""The training views of CDTR: timm's transforms, each view by its own seed."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from methods.cdtr.settings import AugmentationSettings
from methods.data.transforms import IMAGENET_MEAN, IMAGENET_STD
from methods.torch_compat import define_missing_operators
from methods.training.dataset import View
from methods.training.seeding import seeded_generators

define_missing_operators()

from timm.data.auto_augment import RandAugment  # noqa: E402
from timm.data.transforms_factory import create_transform  # noqa: E402  (it needs torchvision)
from torchvision import transforms  # noqa: E402


class TimmView:
    """Random resized crop, flip, RandAugment, normalisation and random erasing, without padding.

    The published program calls timm's `create_transform` with these values. It draws from the
    global generators of Python, NumPy and torch, so they are seeded for the view.
    """

    def __init__(self, settings: AugmentationSettings) -> None:
        self.crop = settings.crop
        self.transform = create_transform(
            settings.crop,
            is_training=True,
            scale=settings.scale,
            ratio=settings.ratio,
            hflip=settings.flip_probability,
            color_jitter=0.0,  # timm ignores the published value where there is RandAugment
            auto_augment=settings.rand_augment,
            interpolation="bicubic",
            mean=IMAGENET_MEAN,
            std=IMAGENET_STD,
            re_prob=settings.erasing_probability,
            re_mode="pixel",
            re_count=1,
        )
        _let_posterize_take_all_bits(self.transform)

    def __call__(self, image: NDArray[np.uint8], seed: int) -> View:
        """Draw one view of a uint8 (H, W, 3) image; its box is the whole crop.

        A draw depends on its seed alone and leaves the global generators as they were, so that it
        does not matter which process makes it, or when.
        """
        with seeded_generators(seed):
            pixels = self.transform(Image.fromarray(image))
        return View(pixels, torch.tensor([0, self.crop, 0, self.crop]))


def posterize(image: Image.Image, bits: int, **_: object) -> Image.Image:
    """Keep the highest bits, 0 to 8, of every value of an image; without any it is black.

    RandAugment asks for no bit at its highest magnitude. Pillow's own function gave a black image
    at the time of the published program, and refuses now.
    """
    kept = 0xFF & ~(2 ** (8 - bits) - 1)
    return image.point([value & kept for value in range(256)] * len(image.getbands()))


def _let_posterize_take_all_bits(transform: transforms.Compose) -> None:
    for step in transform.transforms:
        if isinstance(step, RandAugment):
            for operation in step.ops:
                if operation.name.startswith("Posterize"):
                    operation.aug_fn = posterize
