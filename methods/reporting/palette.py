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
# Okabe and Ito's colours, for up to seven classes.
_FEW = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
# Paul Tol's discrete rainbow of 23, in an order that keeps neighbours apart.
_MANY = (
    *("#e8ecfb", "#d9cce3", "#caacce", "#ba8db4", "#aa6f9e", "#994f88", "#882e72", "#1965b0"),
    *("#437dbf", "#6195cf", "#7bafde", "#4eb265", "#90c987", "#cae0ab", "#f7f056", "#f7cb45"),
    *("#f4a736", "#ee8026", "#e65518", "#dc050c", "#a5170e", "#72190e", "#42150a"),
)
_STRIDE = 9


def class_colors(number: int) -> list[Color]:
    """Distinct colours for `number` classes that stand in one picture."""
    if number <= len(_FEW):
        return [_rgb(code) for code in _FEW[:number]]
    if number <= len(_MANY):  # the palest, which is near that of pixels not scored, comes last
        return [_rgb(_MANY[(k + 1) * _STRIDE % len(_MANY)]) for k in range(number)]
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
