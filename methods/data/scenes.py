"""Scenes with textured objects on cluttered backgrounds.

The difficulty is chosen so that colour alone does not tell the classes apart: hues of one class
vary widely, distractors share a class's shape and hue but not its texture, and backgrounds take
any hue. A class is recognised by shape and texture together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from methods.data.appearance import (
    BLOBS,
    CLASS_APPEARANCES,
    PLAIN,
    SHAPES,
    TEXTURES,
    Appearance,
    rgb,
    smooth_noise,
    texture_region,
)

HUE_SD = 0.09  # of the colour circle
MIN_VISIBLE_SHARE = 0.45  # of an object that occluders and other objects must leave
Box = tuple[int, int, int, int]
DrawAppearance = Callable[[np.random.Generator], Appearance]


@dataclass(frozen=True)
class Scene:
    """One rendered scene.

    Attributes:
        image: uint8 (H, W, 3).
        region: uint8 (H, W); 0 where no object is on top, k where `layers[k - 1]` is.
        layers: what was painted, objects and distractors.
    """

    image: NDArray[np.uint8]
    region: NDArray[np.uint8]
    layers: tuple[Appearance, ...]

    @property
    def mask(self) -> NDArray[np.uint8]:
        """Class of each pixel, uint8 (H, W): 0 background, else 1..C."""
        classes = np.array([0, *(layer.class_id for layer in self.layers)], dtype=np.uint8)
        return classes[self.region]

    @property
    def instances(self) -> NDArray[np.uint8]:
        """Number of the object in `objects` at each pixel, from 1, uint8 (H, W); 0 = none."""
        numbers = np.zeros(len(self.layers) + 1, dtype=np.uint8)
        labelled = [k for k, layer in enumerate(self.layers, 1) if layer.class_id]
        numbers[labelled] = np.arange(1, len(labelled) + 1)
        return numbers[self.region]

    @property
    def objects(self) -> tuple[tuple[int, Box], ...]:
        """Class and visible box (xmin, ymin, xmax, ymax), half-open pixels, of each object."""
        found: list[tuple[int, Box]] = []
        for number, layer in enumerate(self.layers, 1):
            if layer.class_id:
                rows, columns = np.nonzero(self.region == number)
                box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                found.append((layer.class_id, (int(box[0]), int(box[1]), int(box[2]), int(box[3]))))
        return tuple(found)


def render_scene(rng: np.random.Generator, height: int, width: int, num_classes: int) -> Scene:
    """Render one to three objects of the first `num_classes` classes with their distractors.

    Every object keeps at least `MIN_VISIBLE_SHARE` of its pixels: a scene where one does not is
    drawn again, so the result depends on `rng` alone.
    """
    classes = CLASS_APPEARANCES[:num_classes]

    def draw_object(rng: np.random.Generator) -> Appearance:
        base = classes[rng.integers(len(classes))]
        return Appearance(base.class_id, base.shape, base.texture, _vary(rng, base.hue))

    def draw_distractor(rng: np.random.Generator) -> Appearance:
        base = classes[rng.integers(len(classes))]
        return Appearance(0, base.shape, str(rng.choice([PLAIN, BLOBS])), _vary(rng, base.hue))

    return _render(rng, height, width, draw_object, draw_distractor)


def render_attribute_scene(rng: np.random.Generator, height: int, width: int) -> Scene:
    """Render a scene for pretraining: any shape with any texture and hue, but no class's pair.

    Objects have `class_id` 1 whatever they look like; distractors are plain or blotched, with 0.
    """
    pairs = {(base.shape, base.texture) for base in CLASS_APPEARANCES}
    free = [(s, t) for s in SHAPES for t in TEXTURES if (s, t) not in pairs]
    shapes = list(SHAPES)

    def draw_object(rng: np.random.Generator) -> Appearance:
        shape, texture = free[rng.integers(len(free))]
        return Appearance(1, shape, texture, float(rng.uniform()))

    def draw_distractor(rng: np.random.Generator) -> Appearance:
        shape = shapes[rng.integers(len(shapes))]
        return Appearance(0, shape, str(rng.choice([PLAIN, BLOBS])), float(rng.uniform()))

    return _render(rng, height, width, draw_object, draw_distractor)


def _vary(rng: np.random.Generator, hue: float) -> float:
    return float(np.mod(hue + rng.normal(0, HUE_SD), 1.0))


def _render(
    rng: np.random.Generator,
    height: int,
    width: int,
    draw_object: DrawAppearance,
    draw_distractor: DrawAppearance,
) -> Scene:
    while True:
        canvas = _Canvas(rng, height, width)
        for _ in range(rng.integers(4, 11)):
            canvas.paint_clutter()
        for _ in range(rng.integers(1, 5)):
            canvas.paint(draw_distractor(rng), rng.uniform(0.10, 0.20))
        for _ in range(rng.choice([1, 2, 3], p=[0.35, 0.40, 0.25])):
            canvas.paint(draw_object(rng), rng.uniform(0.17, 0.27))
            if rng.random() < 0.35:
                canvas.paint_occluder()
        if canvas.objects_are_visible():
            return canvas.scene()


class _Canvas:
    """An image under construction, float32 in [0, 1], and which layer is on top where."""

    def __init__(self, rng: np.random.Generator, height: int, width: int) -> None:
        self.rng = rng
        self.rows, self.columns = np.mgrid[0:height, 0:width].astype(np.float32)
        self.side = min(height, width)
        self.region = np.zeros((height, width), dtype=np.uint8)
        self.layers: list[Appearance] = []
        self.areas: list[int] = []  # pixels painted for each layer, before anything covers it
        self.image = self._background()

    def _background(self) -> NDArray[np.float32]:
        rng, shape = self.rng, self.region.shape
        image = np.broadcast_to(self._dull_colour(), (*shape, 3)).copy()
        if rng.random() < 0.6:
            period = rng.uniform(9, 22)
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

    def _rotated(
        self, row: float, column: float, angle: float
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        x, y = self.columns - column, self.rows - row
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        return cos * x + sin * y, cos * y - sin * x

    def paint(self, appearance: Appearance, radius_share: float) -> None:
        """Paint an object of a radius given as a share of the shorter side."""
        rng = self.rng
        radius = radius_share * self.side
        height, width = self.region.shape
        row = rng.uniform(0.8 * radius, height - 0.8 * radius)
        column = rng.uniform(0.8 * radius, width - 0.8 * radius)
        x, y = self._rotated(row, column, rng.uniform(-0.3, 0.3))
        where = SHAPES[appearance.shape](x / radius, y / radius)
        saturation, value = rng.uniform(0.5, 0.95), rng.uniform(0.5, 0.95)
        first = rgb(appearance.hue, saturation, value)
        if rng.random() < 0.5:
            second = rgb(rng.uniform(), 0.08, rng.choice([0.12, 0.92]))
        else:
            second = rgb(appearance.hue, saturation, value - 0.42 if value > 0.6 else value + 0.4)
        pattern = texture_region(rng, appearance.texture, x, y, rng.uniform(6.5, 9.5))
        colours = np.where(pattern[..., None], second, first)
        shading = 1 + rng.uniform(-0.2, 0.2) * x / radius + rng.uniform(-0.2, 0.2) * y / radius
        self.image[where] = (colours * shading[..., None])[where]
        self.layers.append(appearance)
        self.areas.append(int(where.sum()))
        self.region[where] = len(self.layers)

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
        rows, columns = np.nonzero(self.region == len(self.layers))
        centre = rng.integers(len(rows))
        x, y = self._rotated(rows[centre], columns[centre], rng.uniform(-np.pi, np.pi))
        where = (np.abs(y) < rng.uniform(0.015, 0.03) * self.side) & (np.abs(x) < 0.4 * self.side)
        self.image[where] = self._dull_colour()
        self.region[where] = 0

    def objects_are_visible(self) -> bool:
        """Whether each object of a class still shows enough of itself."""
        visible = np.bincount(self.region.ravel(), minlength=len(self.layers) + 1)[1:]
        return all(
            seen >= MIN_VISIBLE_SHARE * area
            for layer, seen, area in zip(self.layers, visible, self.areas, strict=True)
            if layer.class_id
        )

    def scene(self) -> Scene:
        """The finished scene, with uneven light and sensor noise."""
        height, width = self.region.shape
        light = 1 + 0.06 * smooth_noise(self.rng, height, width, 2)[..., None]
        noise = self.rng.normal(0, 0.03, self.image.shape)
        pixels = np.clip(self.image * light + noise, 0, 1)
        return Scene((pixels * 255).round().astype(np.uint8), self.region, tuple(self.layers))
