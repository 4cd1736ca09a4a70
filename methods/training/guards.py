"""What stops a training run before it wastes hours."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn
from torch.nn.utils import get_total_norm

from methods.errors import InputError

_REMEDY = "look at these images, lower the learning rate, or set precision to fp32"
_AGAIN = "a call without a change goes on from the last state and comes here again"
# Each step that is skipped halves the scale of the loss, 65536 at first, so that after so many no
# scale is left that could be the reason.
_MOST_SKIPPED = 20


@dataclass(frozen=True)
class Limits:
    """Beyond which a training is stopped; they change no number.

    Attributes:
        gradient_norm: the largest norm of all gradients together. A limit that is a number, unlike
            one that follows the iterations before, is the same for a training that went on. The
            default is far above any norm of a training that gets somewhere.
        loader_minutes: that a batch may be waited for, where processes load it.
    """

    gradient_norm: float = 1e6
    loader_minutes: float = 10


class GradientGuard:
    """Stops a training whose gradients explode or are no numbers, by the lines of its journal."""

    def __init__(self, journal: Path, limits: Limits) -> None:
        self._journal = journal
        self._limit = limits.gradient_norm
        self._skipped = 0  # steps in a row

    def check(self, row: Mapping[str, float]) -> None:
        """Look at a line.

        Args:
            row: `iteration` and `gradient_norm`; `skipped_steps`, where steps whose gradients are
                not finite are skipped, since the losses are scaled up for the way back.

        Raises:
            InputError: the norm is above the limit; or it is not finite and the step was taken, or
                is one of too many that were skipped in a row.
        """
        norm, n_iter = row["gradient_norm"], row["iteration"]
        finite, skips = math.isfinite(norm), row.get("skipped_steps", 0) > 0
        self._skipped = 0 if finite else self._skipped + 1
        if finite and norm > self._limit:
            raise InputError(
                self._journal,
                f"gradients with a norm of {norm:.4g} at iteration {n_iter}",
                f"at most {self._limit:g}",
                "lower the learning rate, or raise `guards: gradient_norm` in config.yaml if the"
                f" losses are sound; {_AGAIN}",
            )
        if not finite and (not skips or self._skipped >= _MOST_SKIPPED):
            times = f", as at the {self._skipped - 1} before it" if skips else ""
            raise InputError(
                self._journal,
                f"gradients with a norm of {norm} at iteration {n_iter}{times}",
                "finite gradients",
                f"lower the learning rate, or set precision to fp32; {_AGAIN}",
            )


def gradient_norm(model: nn.Module, scale: float = 1.0) -> float:
    """Euclidean norm of all gradients of a model together.

    Args:
        model: behind the way back.
        scale: that the gradients are too large by.
    """
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    return float(get_total_norm(gradients)) / scale


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
