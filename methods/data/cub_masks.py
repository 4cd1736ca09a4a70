"""Object masks out of CUB's segmentations.

A segmentation is a grey picture that is the brighter the more annotators marked the pixel. A pixel
is part of the object where more than half of them did: where the value is above 127 of 255.
"""

from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from methods.data.cub import MASKS, SEGMENTATIONS, CubImage, mask_file, read_cub, segmentation_file
from methods.data.files import atomic_folder
from methods.data.images import load_image
from methods.data.labels import write_index_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError
from methods.workers import map_in_order

_HALF = 127
_OPAQUE = 255
_COLOURS = 3


def has_segmentations(root: str | PathLike[str]) -> bool:
    """Return whether the archives held segmentations."""
    return (Path(root) / SEGMENTATIONS).is_dir()


def object_mask(path: Path) -> NDArray[np.uint8]:
    """Read a segmentation as a mask, uint8 (H, W): 0 background, 1 object.

    Raises:
        InputError: it is missing, broken, in colour or transparent.
    """
    image = load_image(path, ("PNG",), ("L", "LA", "RGB", "RGBA"))
    pixels = np.array(image)
    grey = pixels if pixels.ndim == 2 else pixels[..., 0]
    if pixels.ndim > 2:
        # Programs that save a grey picture with further channels repeat it, and leave it opaque.
        coloured = pixels.shape[2] >= _COLOURS and (pixels[..., :_COLOURS] != grey[..., None]).any()
        transparent = image.mode.endswith("A") and (pixels[..., -1] != _OPAQUE).any()
        if coloured or transparent:
            found = f"a {'coloured' if coloured else 'transparent'} PNG of mode {image.mode}"
            raise InputError(path, found, "a grey one", EXTRACT_AGAIN)
    return (grey > _HALF).astype(np.uint8)


def derive_masks(tree: str | PathLike[str], processes: int) -> None:
    """Write the mask of every image of CUB-200-2011 into ObjectMasks.

    Raises:
        InputError: a list or a segmentation is missing or broken.
    """
    root = Path(tree)
    with atomic_folder(root / MASKS) as folder:
        images = read_cub(root).images
        made = map_in_order(partial(_write, root, folder), images, processes)
        for _ in tqdm(made, "deriving masks", len(images), disable=None):
            continue


def _write(root: Path, folder: Path, image: CubImage) -> None:
    path = folder / Path(mask_file(image.id)).name
    write_index_png(path, object_mask(root / segmentation_file(image)))
