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
)
from methods.data.canvas import Canvas

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
        canvas = Canvas(rng, height, width)
        layers: list[Appearance] = []
        for _ in range(rng.integers(4, 11)):
            canvas.paint_clutter()
        for _ in range(rng.integers(1, 5)):
            layers.append(draw_distractor(rng))
            _paint(canvas, layers[-1], rng.uniform(0.10, 0.20))
        for _ in range(rng.choice([1, 2, 3], p=[0.35, 0.40, 0.25])):
            layers.append(draw_object(rng))
            _paint(canvas, layers[-1], rng.uniform(0.17, 0.27))
            if rng.random() < 0.35:
                canvas.paint_occluder()
        objects = [number for number, look in enumerate(layers, 1) if look.class_id]
        if all(canvas.shows(number, MIN_VISIBLE_SHARE) for number in objects):
            return Scene(canvas.finished(), canvas.region, tuple(layers))


def _paint(canvas: Canvas, look: Appearance, radius_share: float) -> None:
    canvas.paint(SHAPES[look.shape], look.texture, look.hue, radius_share)
