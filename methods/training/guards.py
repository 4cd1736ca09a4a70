"""What stops a training run before it wastes hours."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from methods.errors import InputError


def require_finite(
    journal: Path, terms: Mapping[str, float], n_iter: int, image_ids: Sequence[str]
) -> None:
    """Stop at the first loss term that is NaN or infinite.

    Raises:
        InputError: names the journal, the term, the iteration and the images of the batch.
    """
    for name, value in terms.items():
        if not math.isfinite(value):
            raise InputError(
                journal,
                f"loss term {name!r} = {value} at iteration {n_iter}"
                f" on images {', '.join(image_ids)}",
                "finite loss terms",
                "look at these images, lower the learning rate, or set precision to fp32",
            )
