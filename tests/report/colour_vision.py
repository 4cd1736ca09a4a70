"""How colours look to readers without red or green cones, and how far apart they are then."""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Linear RGB to linear RGB, at full severity: Machado, Oliveira and Fernandes, "A physiologically-
# based model for simulation of color vision deficiency", IEEE TVCG 15(6), 2009, pages 1291-1298.
VISIONS: dict[str, Floats] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
# Linear sRGB to XYZ and its white, IEC 61966-2-1.
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.072175],
        [0.0193339, 0.119192, 0.9503041],
    ]
)
_WHITE = _XYZ.sum(axis=1)


def least_distance(colors: Iterable[str], vision: str) -> tuple[float, str, str]:
    """The two colours nearest to each other, such as "#0072b2", and their distance in CIELAB.

    Two surfaces side by side differ just noticeably at about 2.3.
    """
    return min(
        (float(np.linalg.norm(_lab(one, vision) - _lab(other, vision))), one, other)
        for one, other in combinations(colors, 2)
    )


def _lab(color: str, vision: str) -> Floats:
    """Lightness, red against green, yellow against blue, as a reader sees a colour."""
    coded = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ np.clip(VISIONS[vision] @ linear, 0, 1) / _WHITE
    f = [np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
