"""Shapes, textures and colours that generated scenes are made of."""

import colorsys
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import zoom

Coordinates = NDArray[np.float32]
Region = NDArray[np.bool_]


def _star(u: Coordinates, v: Coordinates) -> Region:
    # In the sector around each of the five tips: left of the edge from the tip to the inner corner.
    angle = np.mod(np.arctan2(u, -v) + np.pi / 5, 2 * np.pi / 5) - np.pi / 5
    along, across = np.hypot(u, v) * np.cos(angle), np.abs(np.hypot(u, v) * np.sin(angle))
    inner = 0.5 * np.array([np.cos(np.pi / 5), np.sin(np.pi / 5)])
    return np.asarray(inner[1] * (1 - along) > (1 - inner[0]) * across)


# Each is a predicate on coordinates that run from -1 to 1 across the object; v points down.
SHAPES: dict[str, Callable[[Coordinates, Coordinates], Region]] = {
    "disc": lambda u, v: u**2 + v**2 < 0.9,
    "square": lambda u, v: np.maximum(np.abs(u), np.abs(v)) < 0.82,
    "triangle": lambda u, v: (v < 0.8) & (np.abs(u) < 0.55 * (v + 0.95)),
    "star": _star,
    "cross": lambda u, v: (
        (np.minimum(np.abs(u), np.abs(v)) < 0.36) & (np.maximum(np.abs(u), np.abs(v)) < 0.95)
    ),
    "arch": lambda u, v: (
        (np.maximum(np.abs(u), np.abs(v)) < 0.88) & ~((np.abs(u) < 0.36) & (v > -0.15))
    ),
    "diamond": lambda u, v: np.abs(u) + np.abs(v) < 1.0,
    "hexagon": lambda u, v: np.maximum(np.abs(v), 0.866 * np.abs(u) + 0.5 * np.abs(v)) < 0.84,
    "ellipse": lambda u, v: (u / 0.58) ** 2 + v**2 < 0.95,
    "crescent": lambda u, v: (u**2 + v**2 < 0.95) & ((u - 0.55) ** 2 + (v + 0.2) ** 2 > 0.45),
}

# Each is a predicate on coordinates that count texture periods: the pixels of the second colour.
TEXTURES: dict[str, Callable[[Coordinates, Coordinates], Region]] = {
    "horizontal": lambda s, t: np.mod(t, 1) < 0.5,
    "vertical": lambda s, t: np.mod(s, 1) < 0.5,
    "diagonal": lambda s, t: np.mod((s + t) / np.sqrt(2), 1) < 0.5,
    "checker": lambda s, t: (np.mod(s, 1) < 0.5) ^ (np.mod(t, 1) < 0.5),
    "dots": lambda s, t: (np.mod(s, 1) - 0.5) ** 2 + (np.mod(t, 1) - 0.5) ** 2 < 0.11,
    "grid": lambda s, t: np.minimum(np.mod(s, 1), np.mod(t, 1)) < 0.27,
}
PLAIN = "plain"
BLOBS = "blobs"
TEXTURE_NAMES = (*TEXTURES, PLAIN, BLOBS)
HUE_BINS = 6


@dataclass(frozen=True)
class Appearance:
    """What an object looks like.

    Attributes:
        class_id: 1..C for an object of a class, 0 for a distractor (part of the background).
        shape: a key of `SHAPES`.
        texture: one of `TEXTURE_NAMES`.
        hue: in [0, 1), a position on the colour circle.
    """

    class_id: int
    shape: str
    texture: str
    hue: float

    @property
    def hue_bin(self) -> int:
        """Which of the `HUE_BINS` equal arcs, the first centred on red, the hue lies in."""
        return int(np.mod(self.hue * HUE_BINS + 0.5, HUE_BINS))


# Class k of a generated data set: shape, texture and mean hue. A class is the conjunction: other
# objects share its shape and hue (distractors), or its shape or texture (pretraining).
CLASS_APPEARANCES = (
    Appearance(1, "cross", "diagonal", 0.04),
    Appearance(2, "disc", "grid", 0.60),
    Appearance(3, "triangle", "horizontal", 0.33),
    Appearance(4, "square", "dots", 0.80),
    Appearance(5, "arch", "vertical", 0.13),
    Appearance(6, "star", "checker", 0.48),
)


def rgb(hue: float, saturation: float, value: float) -> NDArray[np.float32]:
    """A colour as float32 (3,) in [0, 1]."""
    return np.asarray(colorsys.hsv_to_rgb(hue % 1.0, saturation, value), dtype=np.float32)


def smooth_noise(
    rng: np.random.Generator, height: int, width: int, cells: int
) -> NDArray[np.float32]:
    """Noise float32 (height, width) of about `cells` bumps a side, mean 0, deviation near 1."""
    coarse = rng.standard_normal((cells + 1, cells + 1)).astype(np.float32)
    factors = (height / coarse.shape[0], width / coarse.shape[1])
    return np.asarray(zoom(coarse, factors, order=1, mode="nearest", grid_mode=True))


def texture_region(
    rng: np.random.Generator, texture: str, x: Coordinates, y: Coordinates, period: float
) -> Region:
    """Where the second colour of a texture shows, bool (H, W), with a random phase.

    Args:
        rng: draws the phase, and the blobs.
        texture: one of `TEXTURE_NAMES`.
        x: columns in the object's own axes, pixels, float32 (H, W).
        y: rows in the object's own axes, pixels, float32 (H, W).
        period: of the pattern, pixels.
    """
    if texture == PLAIN:
        return np.zeros(x.shape, dtype=bool)
    if texture == BLOBS:
        cells = max(2, int(max(x.shape) / (2.2 * period)))
        return smooth_noise(rng, x.shape[0], x.shape[1], cells) > 0.2
    phase = rng.uniform(0, 1, size=2)
    return TEXTURES[texture](
        (x / period + phase[0]).astype(np.float32), (y / period + phase[1]).astype(np.float32)
    )
