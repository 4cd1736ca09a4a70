"""Where the annotation puts a box in the central crop: the arithmetic done a second time.

The true boxes that everything is scored against come from `methods.evaluation.crop`. A control that
took its boxes or its expected value from there would agree with whatever goes wrong there. So this
follows from the annotation, the size of the image and the two sizes of the crop alone.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def annotated_boxes(boxes: Floats, size: tuple[int, int], resize: int, side: int) -> Floats:
    """Corners of boxes in the crop, cut at its borders.

    Of an image whose shorter side is s, a side of L pixels becomes r = floor(resize L / s), and the
    crop begins at f = (r - side) / 2, a half rounded to even. So x goes to (x r - f L) / L.

    Args:
        boxes: (k, 4) x, y, width, height, pixels of the original image.
        size: width and height of the original image, pixels.
        resize: the shorter side before the cut, pixels.
        side: of the crop, pixels.

    Returns:
        float64 (k, 4) x1, y1, x2, y2 from 0 to `side`; a box outside the crop has no area.
    """
    corners = np.empty((len(boxes), 4))
    for axis, length in enumerate(size):
        resized = resize * length // min(size)
        margin = resized - side
        first = (margin + margin // 2 % 2) // 2
        near = boxes[:, axis]
        far = near + boxes[:, axis + 2]
        for column, ends in ((axis, near), (axis + 2, far)):
            corners[:, column] = (ends * resized - first * length) / length
    return corners.clip(0, side)
