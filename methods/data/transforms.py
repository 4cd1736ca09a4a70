"""Images to network inputs."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def normalise(image: NDArray[np.uint8]) -> Tensor:
    """Turn uint8 (H, W, 3) into float32 (3, H, W), less ImageNet's mean, over its deviation."""
    pixels = torch.from_numpy(image).permute(2, 0, 1).float() / 255
    mean, deviation = torch.tensor(IMAGENET_MEAN), torch.tensor(IMAGENET_STD)
    return (pixels - mean[:, None, None]) / deviation[:, None, None]
