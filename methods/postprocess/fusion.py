"""From stored low-resolution maps to full-size logits and seeds (NumPy only).

Bilinear upsampling is linear and commutes with the horizontal flip, so adding or mirroring the
small maps first gives what the published program computes at full size.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def logits_key(scale: float) -> str:
    """Name of the stored logits of one scale: float32 (2, C+1, h, w), [image, mirror image]."""
    return f"scale_{scale:g}"


def maps_key(kind: str, scale: float) -> str:
    """Name of the stored maps of one scale; `kind` is "cam", "aux_cam" or "lam"."""
    return f"{kind}_{scale:g}"


def upsample_bilinear(maps: Floats, size: tuple[int, int]) -> Floats:
    """Resize maps (..., h, w) bilinearly to (..., H, W).

    Equals torch's `interpolate(mode="bilinear", align_corners=False)` within 1e-6 of the largest
    value.
    """
    rows = _interpolation_matrix(maps.shape[-2], size[0])
    columns = _interpolation_matrix(maps.shape[-1], size[1])
    resized: Floats = rows @ (maps.astype(np.float32, copy=False) @ columns.T)
    return resized


def fuse_logits(
    stored: Mapping[str, NDArray[Any]],
    size: tuple[int, int],
    scales: Sequence[float],
    flip: bool,
) -> Floats:
    """Full-size logits of one image: plain plus mirrored at each scale, maximum over the scales.

    The maximum (not the mean) of raw logits is what the published program takes.

    Args:
        stored: arrays `logits_key(scale)`, float32 (2, C+1, h, w).
        size: height and width of the image, pixels.
        scales: which scales to fuse; (1.0,) without flip is the plain forward pass.
        flip: whether the logits of the mirror image are added.

    Returns:
        float32 (C+1, H, W).
    """
    fused: Floats | None = None
    for scale in scales:
        plain, mirrored = stored[logits_key(scale)]
        upsampled = upsample_bilinear(plain + mirrored[..., ::-1] if flip else plain, size)
        fused = upsampled if fused is None else np.maximum(fused, upsampled, out=fused)
    if fused is None:
        raise ValueError("no scale to fuse")
    return fused


def softmax(logits: Floats) -> Floats:
    """Probabilities over the first axis."""
    shifted = np.exp(logits - logits.max(axis=0, keepdims=True))
    probabilities: Floats = shifted / shifted.sum(axis=0, keepdims=True)
    return probabilities


def fuse_maps(
    stored: Mapping[str, NDArray[Any]],
    kind: str,
    scales: Sequence[float],
    image_size: int,
    size: tuple[int, int],
    flip: bool = True,
) -> Floats:
    """Localization maps of one image, each scaled to [0, 1) at the network's input size.

    At every scale the element-wise maximum of the plain and the mirrored-back map is taken, cut
    at zero (not for the LAM, which may be negative), and summed over the scales.

    Args:
        stored: arrays `maps_key(kind, scale)`, float32 (2, P, h, w), raw.
        kind: "cam", "aux_cam" or "lam".
        scales: which scales to sum.
        image_size: side of the network's square input at scale 1, pixels.
        size: height and width of the label map, pixels.
        flip: whether the map of the mirror image counts.

    Returns:
        float32 (P, H, W).
    """
    summed: Floats | float = 0.0
    for scale in scales:
        pair = upsample_bilinear(stored[maps_key(kind, scale)], (image_size, image_size))
        fused = np.maximum(pair[0], pair[1][..., ::-1]) if flip else pair[0]
        summed = summed + (fused if kind == "lam" else np.maximum(fused, 0))
    if isinstance(summed, float):
        raise ValueError("no scale to sum")
    shifted = summed - summed.min(axis=(-2, -1), keepdims=True)
    highest = shifted.max(axis=(-2, -1), keepdims=True)
    return upsample_bilinear(shifted / (highest + np.float32(1e-5)), size)


def seed_labels(
    maps: Floats, classes: NDArray[np.int64], background_threshold: float
) -> NDArray[np.uint8]:
    """Label every pixel with the class of the highest map, or 0 where it is not above a threshold.

    Args:
        maps: float32 (P, H, W) of the classes that the image is labelled with; P may be 0.
        classes: int64 (P,) their zero-based numbers, ascending; the first of equal maps wins.
        background_threshold: a pixel whose highest map is at or below it is background.

    Returns:
        uint8 (H, W) with 0 for background and 1..C for classes.
    """
    if len(classes) == 0:
        return np.zeros(maps.shape[-2:], dtype=np.uint8)
    labels: NDArray[np.uint8] = (classes[maps.argmax(axis=0)] + 1).astype(np.uint8)
    labels[maps.max(axis=0) <= background_threshold] = 0
    return labels


@lru_cache(maxsize=256)
def _interpolation_matrix(source: int, target: int) -> Floats:
    """Weights (target, source) of linear interpolation between pixel centres.

    The step is rounded to float32 and so is the position, once, as torch's fused multiply-add
    does: the weights are then torch's to the last bit, else they differ by up to 4e-6.
    """
    step = np.float64(np.float32(source) / np.float32(target))
    position = (step * (np.arange(target) + 0.5) - 0.5).clip(0).astype(np.float32)
    lower = np.minimum(position.astype(np.int64), source - 1)
    upper = np.minimum(lower + 1, source - 1)
    weight = np.minimum(position - lower.astype(np.float32), np.float32(1))
    matrix = np.zeros((target, source), dtype=np.float32)
    rows = np.arange(target)
    np.add.at(matrix, (rows, lower), 1 - weight)
    np.add.at(matrix, (rows, upper), weight)
    matrix.flags.writeable = False
    return matrix
