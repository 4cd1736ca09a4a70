"""What stops a training run before it wastes hours."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from methods.errors import InputError

_REMEDY = "look at these images, lower the learning rate, or set precision to fp32"


def require_finite(
    journal: Path,
    terms: Mapping[str, float],
    n_iter: int,
    image_ids: Sequence[str],
    remedies: Mapping[str, str] | None = None,
) -> None:
    """Stop at the first loss term that is NaN or infinite.

    Args:
        journal: where the terms are written.
        terms: values by name.
        n_iter: zero-based iteration.
        image_ids: the images of the batch.
        remedies: what to do about single terms, where that is known better.

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
                (remedies or {}).get(name, _REMEDY),
            )
