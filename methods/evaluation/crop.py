"""Where the true boxes of an image lie in its central crop."""

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import Crop
from methods.data.centre_crop import CentreCrop

Floats = NDArray[np.float64]


def boxes_in_crop(boxes: Floats, size: tuple[int, int], view: CentreCrop, crop: Crop) -> Floats:
    """Corners of boxes in the crop, cut at its borders.

    "exact" follows the pixels: both sides are scaled by the whole numbers of pixels that the image
    is resized to, and moved by the offset that it is cut at. "program" is what the published
    program does: one scale for both sides, and an offset that is off by up to one pixel.

    The published program writes the corners over its list of boxes before it cuts them at the
    borders, so whatever reads an image a second time in the same process takes x1, y1, x2, y2 for
    x, y, width and height. Nothing is written over here.

    Args:
        boxes: (k, 4) x, y, width, height, pixels of the original image.
        size: width and height of the original image, pixels.
        view: how it is resized and cut.
        crop: "program" or "exact".

    Returns:
        float64 (k, 4) x1, y1, x2, y2 from 0 to the side of the crop; a box outside the crop has no
        area.
    """
    return corners_in_crop(boxes, size, view, crop).clip(0, view.image_size)


def corners_in_crop(boxes: Floats, size: tuple[int, int], view: CentreCrop, crop: Crop) -> Floats:
    """The same, not cut at the borders of the crop."""
    if crop == "exact":
        resized = view.resized(*size)
        scales = tuple(new / old for new, old in zip(resized, size, strict=True))
        offsets = [view.offset(side) for side in resized]
    else:
        scale = view.resize / min(size)
        scales = (scale, scale)
        # One more than the cut has; a half goes to the even neighbour.
        offsets = [round((side * scale - view.image_size + 1) / 2) for side in size]
    scaled = boxes * np.array([*scales, *scales])
    corner = scaled[:, :2] - offsets
    return np.concatenate([corner, corner + scaled[:, 2:]], axis=1)
