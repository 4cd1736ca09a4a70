"""Fully connected CRF over the probabilities of labels (Kraehenbuehl and Koltun, 2011)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydensecrf.densecrf import DIAG_KERNEL, NORMALIZE_SYMMETRIC, DenseCRF2D
from pydensecrf.utils import unary_from_softmax

from methods.data.images import read_rgb
from methods.data.predictions import read_arrays
from methods.errors import InputError
from methods.postprocess.fusion import softmax
from methods.postprocess.labelling import class_maps, decoder_scores, stored_keys
from methods.protocols import Protocol


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
    image: Path, file: Path, protocol: Protocol, image_size: int, settings: CrfSettings
) -> NDArray[np.uint8]:
    """Label one image with a CRF.

    The probabilities of the decoder's labels are the softmax of its logits. Those of localization
    maps are the maps of the classes that may appear, and for the background 1 less their maximum,
    as they are: they do not add up to 1 (published program).

    Args:
        image: its RGB file.
        file: its stored network outputs (.npz).
        protocol: how they are fused.
        image_size: side of the network's square input at scale 1, pixels.
        settings: kernels and number of iterations.

    Returns:
        Labels uint8 (H, W).

    Raises:
        InputError: a file is missing or broken, or the two are of different images.
    """
    pixels = read_rgb(image)
    size = (pixels.shape[0], pixels.shape[1])
    stored = read_arrays(file, stored_keys(protocol))
    if protocol.of_decoder:
        scores = softmax(decoder_scores(stored, protocol, size))
        return dense_crf(pixels, scores, settings, where=image)[0]
    maps, classes = class_maps(stored, protocol, image_size, size)
    if len(classes) == 0:  # nothing but background can be there
        return np.zeros(size, dtype=np.uint8)
    scores = np.concatenate([1 - maps.max(axis=0, keepdims=True), maps])
    names = np.array([0, *(classes + 1)], dtype=np.uint8)
    labels: NDArray[np.uint8] = names[dense_crf(pixels, scores, settings, where=image)[0]]
    return labels
