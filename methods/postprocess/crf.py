"""Fully connected CRF over the segmentation probabilities (Kraehenbuehl and Koltun, 2011)."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydensecrf.densecrf import DIAG_KERNEL, NORMALIZE_SYMMETRIC, DenseCRF2D
from pydensecrf.utils import unary_from_softmax

from methods.data.images import read_rgb
from methods.data.predictions import read_arrays
from methods.errors import InputError
from methods.postprocess.fusion import fuse_logits, logits_key, softmax


@dataclass(frozen=True)
class GaussianSettings:
    """Smoothness: neighbouring pixels agree."""

    sxy: float  # standard deviation, pixels
    compat: float  # weight


@dataclass(frozen=True)
class BilateralSettings:
    """Appearance: near pixels of similar colour agree."""

    sxy: float  # standard deviation, pixels
    srgb: float  # standard deviation, of 0..255
    compat: float  # weight


@dataclass(frozen=True)
class CrfSettings:
    """The block `crf` of an experiment file."""

    iterations: int
    gaussian: GaussianSettings
    bilateral: BilateralSettings


def dense_crf(
    image: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    settings: CrfSettings,
    where: str | Path = "CRF",
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Mean-field inference.

    Probabilities are clipped at 1e-5 before the logarithm; both kernels are diagonal and
    symmetrically normalised.

    Args:
        image: uint8 (H, W, 3) RGB.
        probabilities: float32 (K, H, W).
        settings: kernels and number of iterations.
        where: what to name in an error.

    Returns:
        Labels uint8 (H, W), and the marginals Q float32 (K, H, W) they are the argmax of.

    Raises:
        InputError: image and probabilities differ in size, or a probability is not finite.
    """
    labels, height, width = probabilities.shape
    if image.shape != (height, width, 3):
        raise InputError(
            where,
            f"an image of shape {image.shape}",
            f"({height}, {width}, 3), as the probabilities have it",
            "make the predictions again from this image",
        )
    if not np.isfinite(probabilities).all():
        raise InputError(
            where,
            "NaN or infinite probabilities",
            "finite ones",
            "look for NaN in the training journal",
        )
    crf = DenseCRF2D(width, height, labels)
    crf.setUnaryEnergy(np.ascontiguousarray(unary_from_softmax(probabilities)))
    kernel = {"kernel": DIAG_KERNEL, "normalization": NORMALIZE_SYMMETRIC}
    crf.addPairwiseGaussian(sxy=settings.gaussian.sxy, compat=settings.gaussian.compat, **kernel)
    crf.addPairwiseBilateral(
        sxy=settings.bilateral.sxy,
        srgb=settings.bilateral.srgb,
        rgbim=np.ascontiguousarray(image),
        compat=settings.bilateral.compat,
        **kernel,
    )
    marginals = np.array(crf.inference(settings.iterations), dtype=np.float32)
    marginals = marginals.reshape(labels, height, width)
    return marginals.argmax(axis=0).astype(np.uint8), marginals


def refine(
    image: Path, logits: Path, scales: Sequence[float], settings: CrfSettings
) -> NDArray[np.uint8]:
    """Refine the segmentation of one image.

    Args:
        image: its RGB file.
        logits: its stored logits (.npz).
        scales: which scales to fuse (with flip).
        settings: kernels and number of iterations.

    Returns:
        Labels uint8 (H, W).

    Raises:
        InputError: a file is missing or broken, or the two are of different images.
    """
    pixels = read_rgb(image)
    stored = read_arrays(logits, [logits_key(scale) for scale in scales])
    fused = fuse_logits(stored, pixels.shape[:2], scales, flip=True)
    return dense_crf(pixels, softmax(fused), settings, where=image)[0]
