"""A picture under construction: a cluttered background and textured objects on top of it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from methods.data.appearance import BLOBS, SHAPES, TEXTURES, rgb, smooth_noise, texture_region

Coordinates = NDArray[np.float32]
Shape = Callable[[Coordinates, Coordinates], NDArray[np.bool_]]  # as the values of SHAPES


class Canvas:
    """An image under construction, and which object is on top where.

    Attributes:
        rng: draws everything.
        side: the shorter side, pixels.
        image: float32 (H, W, 3) in [0, 1].
        region: uint8 (H, W); 0 where no object is on top, k where the k-th painted one is.
        areas: pixels that each object was painted on, before anything covered it.
    """

    def __init__(
        self, rng: np.random.Generator, height: int, width: int, texture_scale: float = 1.0
    ) -> None:
        """Paint the background; `texture_scale` multiplies the periods of all textures."""
        self.rng = rng
        self.rows, self.columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self.side = min(height, width)
        self.region = np.zeros((height, width), dtype=np.uint8)
        self.areas: list[int] = []
        self._texture_scale = texture_scale
        self.image = self._background()

    def _background(self) -> NDArray[np.float32]:
        rng, shape = self.rng, self.region.shape
        image = np.broadcast_to(self._dull_colour(), (*shape, 3)).copy()
        if rng.random() < 0.6:
            period = self._texture_scale * rng.uniform(9, 22)
            texture = str(rng.choice([*TEXTURES, BLOBS, BLOBS]))
            x, y = self._rotated(0, 0, rng.uniform(-np.pi, np.pi))
            second = np.clip(image[0, 0] + rng.normal(0, 0.07, 3), 0, 1)
            image[texture_region(rng, texture, x, y, period)] = second
        if rng.random() < 0.4:
            horizon = rng.uniform(0.45, 0.8) * shape[0]
            slope = rng.uniform(-0.15, 0.15)
            image[self.rows > horizon + slope * self.columns] = self._dull_colour()
        return image.astype(np.float32)

    def _dull_colour(self) -> NDArray[np.float32]:
        rng = self.rng
        return rgb(rng.uniform(), rng.uniform(0.1, 0.55), rng.uniform(0.25, 0.9))

    def _rotated(self, row: float, column: float, angle: float) -> tuple[Coordinates, Coordinates]:
        x, y = self.columns - column, self.rows - row
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return cos * x + sin * y, cos * y - sin * x

    def paint(
        self,
        shape: Shape,
        texture: str,
        hue: float,
        radius_share: float,
        margins: tuple[float, float] = (0.0, 0.0),
    ) -> tuple[Coordinates, Coordinates]:
        """Paint an upright object at a random place.

        Args:
            shape: the object's outline.
            texture: one of `appearance.TEXTURE_NAMES`.
            hue: in [0, 1).
            radius_share: the object's radius as a share of the shorter side.
            margins: rows at the top and bottom, and columns at the left and right, pixels, that
                the object stays clear of as it stays clear of the border where they are 0.

        Returns:
            The object's own coordinates of every pixel, -1 to 1 across the object, v downwards.
        """
        rng = self.rng
        radius = radius_share * self.side
        height, width = self.region.shape
        row = rng.uniform(margins[0] + 0.8 * radius, height - margins[0] - 0.8 * radius)
        column = rng.uniform(margins[1] + 0.8 * radius, width - margins[1] - 0.8 * radius)
        x, y = self._rotated(row, column, rng.uniform(-0.3, 0.3))
        where = shape(x / radius, y / radius)
        saturation, value = rng.uniform(0.5, 0.95), rng.uniform(0.5, 0.95)
        first = rgb(hue, saturation, value)
        if rng.random() < 0.5:
            second = rgb(rng.uniform(), 0.08, rng.choice([0.12, 0.92]))
        else:
            second = rgb(hue, saturation, value - 0.42 if value > 0.6 else value + 0.4)
        period = self._texture_scale * rng.uniform(6.5, 9.5)
        pattern = texture_region(rng, texture, x, y, period)
        colours = np.where(pattern[..., None], second, first)
        shading = 1 + rng.uniform(-0.2, 0.2) * x / radius + rng.uniform(-0.2, 0.2) * y / radius
        self.image[where] = (colours * shading[..., None])[where]
        self.areas.append(int(where.sum()))
        self.region[where] = len(self.areas)
        return x / radius, y / radius

    def paint_clutter(self) -> None:
        """Paint a small shape of any colour that belongs to the background."""
        rng = self.rng
        height, width = self.region.shape
        radius = rng.uniform(0.02, 0.06) * self.side
        x, y = self._rotated(
            rng.uniform(0, height), rng.uniform(0, width), rng.uniform(-np.pi, np.pi)
        )
        shape = list(SHAPES)[rng.integers(len(SHAPES))]
        where = SHAPES[shape](x / radius, y / radius)
        self.image[where] = rgb(rng.uniform(), rng.uniform(0.2, 0.95), rng.uniform(0.3, 0.95))

    def paint_occluder(self) -> None:
        """Paint a thin bar of the background across the last object."""
        rng = self.rng
        rows, columns = np.nonzero(self.region == len(self.areas))
        centre = rng.integers(len(rows))
        x, y = self._rotated(rows[centre], columns[centre], rng.uniform(-np.pi, np.pi))
        where = (np.abs(y) < rng.uniform(0.015, 0.03) * self.side) & (np.abs(x) < 0.4 * self.side)
        self.image[where] = self._dull_colour()
        self.region[where] = 0

    def shows(self, number: int, share: float) -> bool:
        """Whether at least this share of the object of a number in `region` is still on top."""
        return int((self.region == number).sum()) >= share * self.areas[number - 1]

    def finished(self) -> NDArray[np.uint8]:
        """The image, uint8 (H, W, 3), under uneven light and with sensor noise."""
        height, width = self.region.shape
        light = 1 + 0.06 * smooth_noise(self.rng, height, width, 2)[..., None]
        noise = self.rng.normal(0, 0.03, self.image.shape)
        pixels = np.clip(self.image * light + noise, 0, 1)
        return (pixels * 255).round().astype(np.uint8)
