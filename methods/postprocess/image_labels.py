"""Image-level labels as a network predicts them (NumPy only).

The published program names the classes of an image without labels in two ways, which differ in the
order in which they are asked.
"""

import numpy as np
from numpy.typing import NDArray

# Patches that the decoder must give to a class.
_FALLBACK_PATCHES = 5  # where the classifier names none
_PATCHES = 4  # where the decoder is asked first


def predicted_classes(
    logits: NDArray[np.float32], decided: NDArray[np.integer]
) -> dict[str, NDArray[np.bool_]]:
    """Name the classes of an image.

    Args:
        logits: (C,), of the classifier; a class above 0 is named.
        decided: (h, w), the decoder's label of each patch, 0 for background.

    Returns:
        Two bool (C,). "logits": those that the classifier names; only if there are none, those
        that the decoder gives at least five patches, without the first of these labels, which the
        published program takes for the background even where it is a class. "decoder": those that
        the decoder gives at least four patches; only if there are none, the classifier's.
    """
    by_logits = logits > 0
    counts = np.bincount(decided.ravel(), minlength=len(logits) + 1)
    by_decoder = counts[1:] >= _PATCHES
    return {
        "logits": by_logits if by_logits.any() else _fallback(counts),
        "decoder": by_decoder if by_decoder.any() else by_logits,
    }


def _fallback(counts: NDArray[np.integer]) -> NDArray[np.bool_]:
    labels = np.flatnonzero(counts >= _FALLBACK_PATCHES)[1:]
    named = np.zeros(len(counts) - 1, dtype=np.bool_)
    named[labels - 1] = True
    return named
