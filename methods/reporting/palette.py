"""The colours of classes in pictures."""

import colorsys
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from methods.data.labels import IGNORE

Color: TypeAlias = tuple[int, int, int]  # RGB from 0 to 255

_BACKGROUND_COLOR = (44, 44, 48)
_IGNORE_COLOR = (238, 238, 234)
# Okabe and Ito's seven colours, then those of Paul Tol's discrete rainbow that stay farthest from
# the ones before them, to readers without red or green cones, too.
_COLORS = (
    *("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"),
    *("#72190e", "#cae0ab", "#882e72", "#4eb265", "#d9cce3", "#a5170e", "#42150a"),
    *("#90c987", "#ee8026", "#caacce", "#e8ecfb", "#994f88", "#6195cf"),
)


def class_colors(number: int) -> list[Color]:
    """Distinct colours for `number` classes that stand in one picture.

    Up to 12 are told apart with any common colour-vision deficiency, up to 20 with care; above, the
    text alternative of a picture alone says which classes it shows.
    """
    if number <= len(_COLORS):
        return [_rgb(code) for code in _COLORS[:number]]
    hues = [colorsys.hsv_to_rgb(k / number, 0.75, 0.9) for k in range(number)]
    return [(round(255 * r), round(255 * g), round(255 * b)) for r, g, b in hues]


def label_palette(colors: Mapping[int, Color]) -> NDArray[np.uint8]:
    """The colour of each label, uint8 (256, 3).

    Args:
        colors: of the foreground labels in the picture.
    """
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[0] = _BACKGROUND_COLOR
    palette[IGNORE] = _IGNORE_COLOR
    for label, color in colors.items():
        palette[label] = color
    return palette


def _rgb(code: str) -> Color:
    value = int(code[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255
