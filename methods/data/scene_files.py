"""All that is stored about one generated image."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.encoding import (
    encode_annotation,
    encode_jpeg,
    encode_sbd_mask,
    outline_objects,
)
from methods.data.labels import encode_label_png
from methods.data.voc import Box

_ASPECTS = (1.0, 5 / 4, 4 / 3, 3 / 2)  # long side over short side
_LANDSCAPE_SHARE = 0.7


class Scene(Protocol):
    """What a renderer returns."""

    @property
    def image(self) -> NDArray[np.uint8]:
        """uint8 (H, W, 3)."""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """Class of each pixel, uint8 (H, W), 0..C."""

    @property
    def instances(self) -> NDArray[np.uint8]:
        """Number of the object at each pixel, uint8 (H, W), 0 = none."""

    @property
    def objects(self) -> Sequence[tuple[int, Box]]:
        """Class and visible box of each object, half-open pixels from 0."""


Renderer = Callable[[np.random.Generator, int, int, int], Scene]


@dataclass(frozen=True)
class SceneFiles:
    """One image as VOC and SBD store it.

    Attributes:
        names: classes of the objects.
        image: the JPEG.
        annotation: the XML.
        class_mask: VOC's mask, a palette PNG.
        sbd_mask: SBD's mask, a .mat file.
    """

    names: tuple[str, ...]
    image: bytes
    annotation: bytes
    class_mask: bytes
    sbd_mask: bytes


def make_scene_files(
    rng: np.random.Generator,
    image_id: str,
    *,
    render: Renderer,
    classes: Sequence[str],
    size: tuple[int, int],
    grey_share: float,
    segmented: bool,
) -> SceneFiles:
    """Render one image and encode it.

    Args:
        rng: decides everything about the image.
        image_id: its id.
        render: draws the scene.
        classes: foreground class names.
        size: bounds of the image's sides, pixels.
        grey_share: probability that the image is stored with one channel.
        segmented: whether the annotation says that VOC has a mask.
    """
    height, width = draw_size(rng, size)
    grey = rng.random() < grey_share
    scene = render(rng, height, width, len(classes))
    pixels = np.asarray(Image.fromarray(scene.image).convert("L")) if grey else scene.image
    objects = [(classes[number - 1], box) for number, box in scene.objects]
    return SceneFiles(
        names=tuple(name for name, _ in objects),
        image=encode_jpeg(pixels),
        annotation=encode_annotation(image_id, pixels.shape, objects, segmented),
        class_mask=encode_label_png(outline_objects(scene.mask, scene.instances)),
        sbd_mask=encode_sbd_mask(scene.mask, len(classes)),
    )


def draw_size(rng: np.random.Generator, bounds: tuple[int, int]) -> tuple[int, int]:
    """Draw (height, width) of an image: one of several aspect ratios, both sides in `bounds`."""
    low, high = bounds
    aspect = float(rng.choice([aspect for aspect in _ASPECTS if low * aspect <= high]))
    long = int(rng.integers(math.ceil(low * aspect), high + 1))
    short = max(low, round(long / aspect))
    return (short, long) if rng.random() < _LANDSCAPE_SHARE else (long, short)
