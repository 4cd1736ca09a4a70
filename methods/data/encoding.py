"""The files of VOC and SBD as bytes that depend on their content alone."""

import io
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage, sparse
from scipy.io import savemat

from methods.data.labels import IGNORE, present_classes
from methods.data.voc import Box

JPEG_QUALITY = 95
_MAT_HEADER_BYTES = 116  # free text at the start of a MATLAB 5 file


def encode_jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Encode an image, uint8 (H, W) or (H, W, 3)."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, format="JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def encode_annotation(
    image_id: str, shape: Sequence[int], objects: Iterable[tuple[str, Box]], segmented: bool
) -> bytes:
    """Encode VOC's XML.

    Args:
        image_id: the image's id.
        shape: (height, width) or (height, width, 3) of the image.
        objects: class name and (xmin, ymin, xmax, ymax) of each object, half-open pixels from 0.
        segmented: whether VOC has a mask of the image.
    """
    height, width = shape[:2]
    root = ElementTree.Element("annotation")
    _add(root, folder="VOC2012", filename=f"{image_id}.jpg")
    source = ElementTree.SubElement(root, "source")
    _add(source, database="Generated scenes", annotation="PASCAL VOC2012", image="rendered")
    size = ElementTree.SubElement(root, "size")
    _add(size, width=width, height=height, depth=shape[2] if len(shape) == 3 else 1)
    _add(root, segmented=int(segmented))
    for name, (xmin, ymin, xmax, ymax) in objects:
        element = ElementTree.SubElement(root, "object")
        truncated = xmin == 0 or ymin == 0 or xmax == width or ymax == height
        _add(element, name=name, pose="Unspecified", truncated=int(truncated), difficult=0)
        box = ElementTree.SubElement(element, "bndbox")
        # VOC counts pixels from 1 and includes the last one.
        _add(box, xmin=xmin + 1, ymin=ymin + 1, xmax=xmax, ymax=ymax)
    ElementTree.indent(root, "\t")
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return text + b"\n"


def encode_sbd_mask(mask: NDArray[np.uint8], num_classes: int) -> bytes:
    """Encode a mask, uint8 (H, W) with values 0..C, as SBD's MATLAB file (struct GTcls)."""
    boundaries = np.empty((num_classes, 1), dtype=object)
    for label in range(1, num_classes + 1):
        region = mask == label
        boundaries[label - 1, 0] = sparse.csc_matrix(region & ~ndimage.binary_erosion(region))
    present = np.array(sorted(present_classes(mask)), dtype=np.uint8)
    stream = io.BytesIO()
    savemat(
        stream,  # type: ignore[arg-type]  # the stubs know names of files only
        {
            "GTcls": {
                "Boundaries": boundaries,
                "Segmentation": mask,
                "CategoriesPresent": present,
            }
        },
        do_compression=True,
        oned_as="column",
    )
    # SciPy writes the time of day into the free text.
    header = b"MATLAB 5.0 MAT-file, generated scenes".ljust(_MAT_HEADER_BYTES)
    return header + stream.getvalue()[_MAT_HEADER_BYTES:]


def outline_objects(mask: NDArray[np.uint8], instances: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a mask, uint8 (H, W), with 255 on the pixels along the objects' outlines.

    A pixel is on an outline if its 3x3 neighbourhood holds two objects, or one and background,
    as VOC's own masks have it (with wider outlines, in larger images).
    """
    outline = ndimage.maximum_filter(instances, 3) != ndimage.minimum_filter(instances, 3)
    return np.where(outline, np.uint8(IGNORE), mask)


def _add(parent: ElementTree.Element, **fields: str | int) -> None:
    for tag, value in fields.items():
        ElementTree.SubElement(parent, tag).text = str(value)
