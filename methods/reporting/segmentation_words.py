"""Abbreviations of semantic segmentation in words."""

from collections.abc import Mapping

TERMS: Mapping[str, str] = {
    "IoU, mIoU": (
        "intersection over union: of the pixels that are of a class or are predicted as it, the"
        " share that is both; mIoU is the mean over the classes that occur, background counted as"
        " one"
    ),
    "F1": "of the classes named for an image: harmonic mean of precision and recall",
    "CRF": (
        "dense conditional random field: after the network it moves the labels of pixels of like"
        " place and colour towards each other; it learns nothing"
    ),
    "CAM": (
        "class activation map: the weights by which the classifier names a class, applied at every"
        " patch instead of once to the image"
    ),
    "token": (
        "a vector of the vision transformer: a patch token stands for a square of the image, a"
        " class token gathers what belongs to a class"
    ),
}
