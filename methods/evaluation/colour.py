"""How far colour alone gets: a control.

It is fitted on the full masks of the training images, which the method under test never sees. A
data set where it comes near the method's score would not test the method.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, uniform_filter

from methods.data.labels import IGNORE
from methods.evaluation.segmentation import confusion_matrix, scores

BINS = 24  # of each channel
SMOOTHING = (1.0, 2.0, 3.0)  # bins
WINDOWS = (1, 5, 9)  # pixels
PRIOR_EXPONENTS = (0.0, 0.125, 0.25, 0.375, 0.5, 1.0)
TUNING_IMAGES = 240  # at most so many, evenly spaced, choose among the settings

Image = NDArray[np.uint8]
Labels = NDArray[np.uint8]
Samples = Sequence[tuple[Image, Labels]]
Histograms = NDArray[np.int64]


@dataclass(frozen=True)
class ColourSettings:
    """What cross-validation on the training images chooses.

    Attributes:
        smoothing: standard deviation of the Gaussian over the colour histograms, bins.
        window: a pixel's evidence is averaged over a square of this side, pixels.
        prior_exponent: 0 takes all labels as equally likely, 1 as frequent as in training.
    """

    smoothing: float
    window: int
    prior_exponent: float


@dataclass(frozen=True)
class ColourClassifier:
    """Label of a pixel from the colours in a small square around it, whatever their order.

    Attributes:
        settings: the chosen settings.
        held_out_miou: score of these settings on training images left out of the fit, percent.
        log_likelihood: float32 (BINS**3, K), of each colour given each label.
        log_prior: float32 (K,).
    """

    settings: ColourSettings
    held_out_miou: float
    log_likelihood: NDArray[np.float32]
    log_prior: NDArray[np.float32]

    def predict(self, image: Image) -> Labels:
        """Label map uint8 (H, W) of an image uint8 (H, W, 3)."""
        evidence = _evidence(_bins(image), self.log_likelihood, self.settings.window)
        return _decide(evidence, self.log_prior, self.settings.prior_exponent)


def fit(samples: Samples, num_labels: int) -> ColourClassifier:
    """Fit the classifier; two-fold cross-validation chooses its settings by mIoU.

    Args:
        samples: image uint8 (H, W, 3) and mask uint8 (H, W), with 0..num_labels-1 and 255 for
            pixels that do not count. Any sequence, so a large data set may be read as needed.
        num_labels: K, background included.
    """
    settings, held_out_miou = _tune(samples[:: -(-len(samples) // TUNING_IMAGES)], num_labels)
    histograms = _histograms(samples, num_labels)
    return ColourClassifier(
        settings,
        held_out_miou,
        _log_likelihood(histograms, settings.smoothing),
        _log_prior(histograms),
    )


def _tune(samples: Samples, num_labels: int) -> tuple[ColourSettings, float]:
    folds = (samples[::2], samples[1::2])
    choices = [ColourSettings(*c) for c in product(SMOOTHING, WINDOWS, PRIOR_EXPONENTS)]
    counts = {choice: np.zeros((num_labels, num_labels), dtype=np.int64) for choice in choices}
    for fitted, left_out in (folds, folds[::-1]):
        histograms = _histograms(fitted, num_labels)
        prior = _log_prior(histograms)
        for smoothing in SMOOTHING:
            likelihood = _log_likelihood(histograms, smoothing)
            for (image, mask), window in product(left_out, WINDOWS):
                evidence = _evidence(_bins(image), likelihood, window)
                for exponent in PRIOR_EXPONENTS:
                    labels = _decide(evidence, prior, exponent)
                    choice = ColourSettings(smoothing, window, exponent)
                    counts[choice] += confusion_matrix(mask, labels, num_labels)
    miou = {choice: scores(count).miou for choice, count in counts.items()}
    best = max(choices, key=miou.__getitem__)
    return best, miou[best]


def _bins(image: Image) -> NDArray[np.int64]:
    """Number of each pixel's colour bin, (H, W)."""
    levels = image.astype(np.int64) * BINS // 256
    return (levels[..., 0] * BINS + levels[..., 1]) * BINS + levels[..., 2]


def _histograms(samples: Samples, num_labels: int) -> Histograms:
    """Pixels of each label in each colour bin, (K, BINS**3)."""
    total = np.zeros(num_labels * BINS**3, dtype=np.int64)
    for image, mask in samples:
        counted = mask != IGNORE
        joint = mask[counted].astype(np.int64) * BINS**3 + _bins(image)[counted]
        total += np.bincount(joint, minlength=len(total))
    return total.reshape(num_labels, BINS**3)


def _log_likelihood(histograms: Histograms, smoothing: float) -> NDArray[np.float32]:
    cubes = histograms.reshape(-1, BINS, BINS, BINS).astype(np.float64)
    smooth = gaussian_filter(cubes, (0, smoothing, smoothing, smoothing), mode="nearest")
    smooth = smooth.reshape(histograms.shape) + 1e-3  # pixels: no colour is impossible
    likelihood: NDArray[np.float64] = smooth / smooth.sum(axis=1, keepdims=True)
    return np.asarray(np.log(likelihood).T, dtype=np.float32)


def _log_prior(histograms: Histograms) -> NDArray[np.float32]:
    pixels = histograms.sum(axis=1) + 1  # a label without a pixel stays finite
    return np.asarray(np.log(pixels / pixels.sum()), dtype=np.float32)


def _evidence(
    bins: NDArray[np.int64], log_likelihood: NDArray[np.float32], window: int
) -> NDArray[np.float32]:
    """Mean log likelihood over a square around each pixel, (H, W, K)."""
    evidence: NDArray[np.float32] = uniform_filter(
        log_likelihood[bins], size=(window, window, 1), mode="reflect"
    )
    return evidence


def _decide(
    evidence: NDArray[np.float32], log_prior: NDArray[np.float32], prior_exponent: float
) -> Labels:
    weighted = evidence + np.float32(prior_exponent) * log_prior
    return np.asarray(weighted.argmax(axis=-1), dtype=np.uint8)
