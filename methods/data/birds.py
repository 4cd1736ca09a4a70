"""Birds of fine-grained kinds on cluttered backgrounds.

All kinds have one body. A kind is the pair of a texture and a hue: the hue alone leaves six kinds
to choose from, and so does the texture. Distractors share a kind's hue but not its texture.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from methods.data.appearance import BLOBS, PLAIN, SHAPES, rgb
from methods.data.canvas import Canvas, Coordinates

HUE_SD = 0.05  # of the colour circle
MIN_VISIBLE_SHARE = 0.6  # of a bird that occluders and other birds must leave
# Texture periods are those of `Canvas` in an image whose shorter side has so many pixels.
NOMINAL_SIDE = 128

_TEXTURE_WORDS = {
    "horizontal": "Banded",
    "dots": "Spotted",
    "vertical": "Striped",
    "checker": "Checkered",
    "diagonal": "Streaked",
    "grid": "Netted",
}
_HUE_WORDS = ("Rufous", "Golden", "Emerald", "Turquoise", "Azure", "Violet")  # red and onwards
_NOUNS = ("Wren", "Finch", "Warbler", "Sparrow", "Bunting", "Thrush")


@dataclass(frozen=True)
class BirdKind:
    """What the birds of one kind look like.

    Attributes:
        name: with underscores, as the folders of CUB-200-2011 have it.
        texture: a key of `appearance.TEXTURES`.
        hue: mean hue in [0, 1).
    """

    name: str
    texture: str
    hue: float


def _kinds() -> tuple[BirdKind, ...]:
    """Every texture with every hue; opposite hues first, so that 8 kinds are 4 textures x 2."""
    half = len(_HUE_WORDS) // 2
    return tuple(
        BirdKind(
            # The noun is told by texture and hue together, and tells neither.
            f"{_HUE_WORDS[hue]}_{word}_{_NOUNS[(number + hue) % len(_NOUNS)]}",
            texture,
            hue / len(_HUE_WORDS),
        )
        for first in range(half)
        for number, (texture, word) in enumerate(_TEXTURE_WORDS.items())
        for hue in (first, first + half)
    )


BIRD_KINDS = _kinds()


def class_names(num_kinds: int) -> tuple[str, ...]:
    """Return the names of the first kinds: the classes of a data set with so many."""
    return tuple(kind.name for kind in BIRD_KINDS[:num_kinds])


@dataclass(frozen=True)
class BirdScene:
    """One picture of one or more birds of a kind.

    Attributes:
        image: uint8 (H, W, 3).
        masks: bool (H, W) each; the visible pixels of each bird.
        kind: 0 to 35.
    """

    image: NDArray[np.uint8]
    masks: tuple[NDArray[np.bool_], ...]
    kind: int

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Pixels of all birds, bool (H, W)."""
        return np.asarray(np.logical_or.reduce(self.masks))

    @property
    def boxes(self) -> tuple[tuple[int, int, int, int], ...]:
        """Box x, y, width, height of each bird's visible pixels, in pixels."""
        return tuple(_box(mask) for mask in self.masks)


def render_bird(
    rng: np.random.Generator, height: int, width: int, kind: int, num_kinds: int, birds: int = 1
) -> BirdScene:
    """Render birds of one kind.

    Args:
        rng: decides everything else; a picture where a bird is hidden is drawn again.
        height: of the image, pixels.
        width: of the image, pixels.
        kind: 0 to 35.
        num_kinds: distractors have the hue of one of the first so many kinds, or the bird's own.
        birds: number of birds; several are smaller.
    """
    scale = min(height, width) / NOMINAL_SIDE
    while True:
        canvas = Canvas(rng, height, width, scale)
        for _ in range(rng.integers(4, 11)):
            canvas.paint_clutter()
        for _ in range(rng.integers(1, 4)):
            _paint_distractor(canvas, kind, num_kinds)
        bounds = (0.24, 0.40) if birds == 1 else (0.17, 0.27)
        for _ in range(birds):
            _paint_bird(canvas, BIRD_KINDS[kind], rng.uniform(*bounds))
            if rng.random() < 0.25:
                canvas.paint_occluder()
        numbers = range(len(canvas.areas) - birds + 1, len(canvas.areas) + 1)
        if all(canvas.shows(number, MIN_VISIBLE_SHARE) for number in numbers):
            masks = tuple(canvas.region == number for number in numbers)
            return BirdScene(canvas.finished(), masks, kind)


def _paint_distractor(canvas: Canvas, kind: int, num_kinds: int) -> None:
    rng = canvas.rng
    shape = list(SHAPES)[rng.integers(len(SHAPES))]
    other = kind if rng.random() < 0.5 else int(rng.integers(num_kinds))
    hue = _vary(rng, BIRD_KINDS[other].hue)
    canvas.paint(SHAPES[shape], str(rng.choice([PLAIN, BLOBS])), hue, rng.uniform(0.08, 0.18))


def _paint_bird(canvas: Canvas, kind: BirdKind, radius_share: float) -> None:
    """Paint a bird mostly within the central crop of 7/8 of the shorter side."""
    rng = canvas.rng
    height, width = canvas.region.shape
    border = canvas.side / 32
    margins = ((height - canvas.side) / 2 + border, (width - canvas.side) / 2 + border)
    facing, fullness = float(rng.choice([-1.0, 1.0])), rng.uniform(0.9, 1.15)
    outline = partial(_bird, facing=facing, fullness=fullness)
    hue = _vary(rng, kind.hue)
    u, v = canvas.paint(outline, kind.texture, hue, radius_share, margins)
    canvas.image[_beak(facing * u, v)] = rgb(0.1, 0.8, rng.uniform(0.3, 0.9))
    canvas.image[_eye(facing * u, v)] = rgb(0.0, 0.0, 0.05)


def _bird(u: Coordinates, v: Coordinates, *, facing: float, fullness: float) -> NDArray[np.bool_]:
    """The outline of a bird that faces right where `facing` is 1 and left where it is -1."""
    u = facing * u
    head = (u - 0.44) ** 2 + (v + 0.44) ** 2 < 0.32**2
    return np.asarray(_body(u, v, fullness) | head | _tail(u, v) | _beak(u, v))


def _body(u: Coordinates, v: Coordinates, fullness: float) -> NDArray[np.bool_]:
    along, across = 0.82 * u - 0.57 * v, 0.57 * u + 0.82 * v  # the breast is up, the tail is down
    return np.asarray((along / 0.66) ** 2 + ((across - 0.05) / (0.50 * fullness)) ** 2 < 1)


def _tail(u: Coordinates, v: Coordinates) -> NDArray[np.bool_]:
    along, across = -0.85 * u + 0.53 * v, 0.53 * u + 0.85 * v
    return np.asarray((along > 0.3) & (along < 1.05) & (np.abs(across) < 0.10 + 0.14 * along))


def _beak(u: Coordinates, v: Coordinates) -> NDArray[np.bool_]:
    return np.asarray((u > 0.68) & (u < 0.95) & (np.abs(v + 0.42) < 0.5 * (0.95 - u)))


def _eye(u: Coordinates, v: Coordinates) -> NDArray[np.bool_]:
    return np.asarray((u - 0.52) ** 2 + (v + 0.5) ** 2 < 0.055**2)


def _vary(rng: np.random.Generator, hue: float) -> float:
    return float(np.mod(hue + rng.normal(0, HUE_SD), 1.0))


def _box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    x, y = int(columns.min()), int(rows.min())
    return x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y
