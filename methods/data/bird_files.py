"""What is stored about one generated picture of birds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.birds import BIRD_KINDS, BirdScene
from methods.data.encoding import encode_jpeg
from methods.data.scene_files import draw_size
from methods.errors import InputError

# rng, height, width, kind, number of kinds, number of birds
Renderer = Callable[[np.random.Generator, int, int, int, int, int], BirdScene]


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        jpeg: the file.
        size: (height, width), pixels.
        channels: 3, or 1 where it is grey.
        boxes: x, y, width, height of each bird, pixels.
        mask: pixels of the birds, bool (H, W).
    """

    jpeg: bytes
    size: tuple[int, int]
    channels: int
    boxes: tuple[tuple[int, int, int, int], ...]
    mask: NDArray[np.bool_]


def make_picture(
    rng: np.random.Generator,
    render: Renderer,
    *,
    size: tuple[int, int],
    grey_share: float,
    kind: int,
    num_kinds: int,
    birds: int = 1,
) -> Picture:
    """Render a picture and encode it.

    Args:
        rng: decides everything else about it.
        render: draws it.
        size: bounds of the image's sides, pixels.
        grey_share: probability that it is stored with one channel.
        kind: of the birds, the position of the class.
        num_kinds: number of classes.
        birds: number of birds.
    """
    height, width = draw_size(rng, size)
    grey = rng.random() < grey_share
    scene = render(rng, height, width, kind, num_kinds, birds)
    pixels = np.asarray(Image.fromarray(scene.image).convert("L")) if grey else scene.image
    return Picture(
        jpeg=encode_jpeg(pixels),
        size=(height, width),
        channels=1 if grey else 3,
        boxes=scene.boxes,
        mask=scene.mask,
    )


def require_few(num_classes: int) -> None:
    """Refuse more classes than there are kinds of birds.

    Raises:
        InputError: there are more.
    """
    if num_classes > len(BIRD_KINDS):
        raise InputError(
            "`classes` of a generated data set",
            f"{num_classes} classes",
            f"at most {len(BIRD_KINDS)}, as there are kinds of birds",
            "name fewer",
        )
