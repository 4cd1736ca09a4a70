"""Fully connected CRF over the segmentation probabilities (Kraehenbuehl and Koltun, 2011)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydensecrf.densecrf import DIAG_KERNEL, NORMALIZE_SYMMETRIC, DenseCRF2D
from pydensecrf.utils import unary_from_softmax

from methods.data.images import read_rgb
from methods.data.predictions import read_arrays
from methods.errors import InputError
from methods.postprocess.fusion import fuse_logits, logits_key, softmax
from methods.postprocess.workers import map_in_order


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


@dataclass(frozen=True)
class CrfJob:
    """One image to refine.

    Attributes:
        image: its RGB file.
        logits: its stored logits (.npz).
        scales: which scales to fuse (with flip).
    """

    image: Path
    logits: Path
    scales: tuple[float, ...]


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
    jobs: Iterable[CrfJob], settings: CrfSettings, threads: int
) -> Iterator[NDArray[np.uint8]]:
    """Yield the refined labels uint8 (H, W) of every image, in the order of `jobs`.

    The images are shared out over `threads` processes. The first error ends the work.
    """
    return map_in_order(partial(_refine_image, settings), jobs, threads)


def _refine_image(settings: CrfSettings, job: CrfJob) -> NDArray[np.uint8]:
    image = read_rgb(job.image)
    stored = read_arrays(job.logits, [logits_key(scale) for scale in job.scales])
    logits = fuse_logits(stored, image.shape[:2], job.scales, flip=True)
    return dense_crf(image, softmax(logits), settings, where=job.image)[0]
