"""The training views of MoRe on VOC."""

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from methods.data.transforms import normalise
from methods.more.settings import AugmentationSettings
from methods.torch_compat import define_missing_operators

define_missing_operators()

from torchvision import transforms  # noqa: E402  (it needs the operators)


class TrainingView:
    """Resized crop, flip, colour jitter, normalisation: the published program's."""

    def __init__(self, settings: AugmentationSettings) -> None:
        jitter = transforms.ColorJitter(*settings.jitter)
        self.geometry_and_colour = transforms.Compose(
            [
                transforms.RandomResizedCrop(
                    settings.crop,
                    settings.scale,
                    settings.ratio,
                    transforms.InterpolationMode.BICUBIC,
                ),
                transforms.RandomHorizontalFlip(settings.flip_probability),
                transforms.RandomApply([jitter], settings.jitter_probability),
            ]
        )

    def __call__(self, image: NDArray[np.uint8], seed: int) -> Tensor:
        """Draw one view, float32 (3, crop, crop), of a uint8 (H, W, 3) image.

        The draw depends on `seed` alone and leaves the global generators as they were, so that
        it does not matter which process makes it, or when.
        """
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            view = self.geometry_and_colour(Image.fromarray(image))
        return normalise(np.array(view))
