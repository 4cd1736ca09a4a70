"""Losses of CDTR on maps and similarities; float32, or float64 where the inputs are.

Cross-entropies need no code of their own; see `methods.cdtr.objective`.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from methods.cdtr.formulation import Formulation

_LOWEST, _HIGHEST = 1e-4, 0.9999  # similarities are clamped; outside there is no gradient


def loss_area(attention: Tensor, ratio: float, formulation: Formulation) -> Tensor:
    """Hold down the weakest attention of every image, first term of OCM.

    The sum of the values up to the one at place floor(`ratio` * h * w) of the ascending order, over
    h * w. Values equal to that one all count. Which values count has no gradient.

    Args:
        attention: (B, h, w), M_ca.
        ratio: r, 0 <= r < 1.
        formulation: `loss_area`: program sums over the batch, so that the loss grows with B;
            averaged divides by B.

    Returns:
        0-d tensor; NaN where any attention is not finite.
    """
    values = exact(attention).flatten(1)
    patches = values.shape[1]
    place = int(patches * ratio)
    # Not `kthvalue`, which torch refuses on a GPU where it is to be deterministic.
    threshold = values.detach().sort(dim=1).values[:, place : place + 1]
    # A product, so that a value that is not finite counts even where it is above the threshold.
    kept = values * (values.detach() <= threshold)
    return kept.sum() / (patches * _AREA_DIVISORS[formulation.loss_area](len(values)))


_AREA_DIVISORS: Mapping[str, Callable[[int], int]] = {
    "program": lambda batch: 1,
    "averaged": lambda batch: batch,
}


def loss_map(predicted: Tensor, attention: Tensor, formulation: Formulation) -> Tensor:
    """Squared difference of predicted and real attention, second term of OCM.

    Args:
        predicted: (B, 1, h, w), M_ocm.
        attention: (B, h, w), M_ca; not a constant, the gradient reaches it.
        formulation: `loss_map`: program is the mean over all B * B pairs of a prediction and an
            attention map (subtracted as they are, the two shapes are broadcast to (B, B, h, w));
            matched is the mean over the B maps of an image's own.

    Returns:
        0-d tensor.
    """
    return _MAP_LOSSES[formulation.loss_map](exact(predicted).squeeze(1), exact(attention))


def _over_all_pairs(predicted: Tensor, attention: Tensor) -> Tensor:
    """Mean over all pairs of two sets of maps (B, h, w), without forming the pairs.

    At every pixel it is var_i(predicted) + var_j(attention) + (difference of the means)^2, with
    variances over the batch that divide by B.
    """
    spread = predicted.var(0, correction=0) + attention.var(0, correction=0)
    return (spread + (predicted.mean(0) - attention.mean(0)).square()).mean()


_MAP_LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "program": _over_all_pairs,
    "matched": mse_loss,
}


def loss_clip(foreground: Tensor, background: Tensor) -> Tensor:
    """Share of the background in the likeness to a prompt: -log(s_f / (s_f + s_b)), without scale.

    Args:
        foreground: (B,), s_f, cosine of the foreground image and its prompt; clamped to
            [1e-4, 0.9999], outside of which it has no gradient.
        background: (B,), s_b, of the background image; clamped alike.

    Returns:
        0-d tensor, mean over the batch: ln 2 where both are equal, NaN where one is NaN.
    """
    s_f, s_b = (exact(s).clamp(_LOWEST, _HIGHEST) for s in (foreground, background))
    return (s_b / s_f).log1p().mean()


def exact(values: Tensor) -> Tensor:
    """The values in float32, or in float64 where they are in it."""
    return values.to(torch.promote_types(values.dtype, torch.float32))
