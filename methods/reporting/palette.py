"""The colours of classes in pictures."""

import numpy as np
from numpy.typing import NDArray

from methods.data.labels import IGNORE

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


def class_colors(number: int) -> list[tuple[int, int, int]]:
    """A colour for each of `number` foreground classes, RGB from 0 to 255."""
    if number <= len(_FEW):
        return [_rgb(code) for code in _FEW[:number]]
    return [_rgb(_MANY[k * _STRIDE % len(_MANY)]) for k in range(number)]


def label_palette(number: int) -> NDArray[np.uint8]:
    """The colour of each label of `number` foreground classes, uint8 (256, 3)."""
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[0] = _BACKGROUND_COLOR
    palette[IGNORE] = _IGNORE_COLOR
    palette[1 : number + 1] = class_colors(number)
    return palette


def _rgb(code: str) -> tuple[int, int, int]:
    value = int(code[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255
