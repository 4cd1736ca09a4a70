"""Losses of MoRe on class tokens, patch features and segmentation logits.

All of them compute in float32, whatever the precision of their inputs.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, multilabel_soft_margin_loss, normalize

from methods.data.labels import IGNORE
from methods.more.cosine import unit
from methods.more.formulation import Formulation

_CONTRAST_TEMPERATURE = 0.07
_CRE_EPSILON = 1e-4  # in the denominators
_SEGMENTATION_EPSILON = 1e-6


def class_token_loss(tokens: Tensor, labels: Tensor, formulation: Formulation) -> Tensor:
    """The loss on class tokens alone, "attri" in the journal.

    Args:
        tokens: (B, C, D).
        labels: (B, C) multi-hot; read by the account "classified" alone.
        formulation: `attri` chooses the account.

    Returns:
        0-d tensor.
    """
    return _CLASS_TOKEN_LOSSES[formulation.attri](tokens, labels)


def class_token_contrast(tokens: Tensor) -> Tensor:
    """Push the class tokens of an image apart: each is told from the others by cosine.

    Args:
        tokens: (B, C, D).

    Returns:
        0-d tensor; ln C where all tokens of an image are equal.
    """
    directions = _class_directions(tokens)
    logits = directions @ directions.transpose(1, 2) / _CONTRAST_TEMPERATURE
    own = torch.arange(tokens.shape[1], device=tokens.device).repeat(len(tokens))
    return cross_entropy(logits.flatten(0, 1), own)


def _contrast_alone(tokens: Tensor, labels: Tensor) -> Tensor:
    """The published program's, and what the authors' VOC log shows."""
    del labels
    return class_token_contrast(tokens)


def _contrast_and_classification(tokens: Tensor, labels: Tensor) -> Tensor:
    """What the authors' COCO log shows: half contrast, half image labels from the tokens' means."""
    logits = _class_directions(tokens).mean(dim=-1)
    classification = multilabel_soft_margin_loss(logits, labels.float())
    return 0.5 * classification + 0.5 * class_token_contrast(tokens)


def _class_directions(tokens: Tensor) -> Tensor:
    return normalize(tokens.float(), dim=-1, eps=1e-12)


_CLASS_TOKEN_LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "program": _contrast_alone,
    "classified": _contrast_and_classification,
}


def cre_loss(
    tokens: Tensor,
    feature_map: Tensor,
    mask: Tensor,
    labels: Tensor,
    temperature: float,
    formulation: Formulation,
) -> Tensor:
    """Class-specific region enhancement: pull class tokens towards their confident patches.

    A pair of a present class and one of its confident patches costs -log(exp(s) / (sum exp(s) +
    1e-4)), with s = similarity / temperature and the sum over all patches of the image.

    Args:
        tokens: (B, C, D), class tokens.
        feature_map: (B, D, h, w), taken as a constant.
        mask: (B, h, w), class + 1 where confident.
        labels: (B, C) multi-hot.
        temperature: divides the similarities.
        formulation: `cre_similarity`, `cre_range` and `cre_mean` choose the accounts.

    Returns:
        0-d tensor; NaN or infinite where `cre_range` is the program's and an exponential is.
    """
    images, classes = labels.nonzero(as_tuple=True)  # P pairs of an image and a class in it
    patches = feature_map.detach().float().flatten(2)
    similarity = _CRE_SIMILARITIES[formulation.cre_similarity](tokens, patches)
    costs = _CRE_COSTS[formulation.cre_range](similarity[images, classes] / temperature)
    confident = (mask.flatten(1)[images] == classes[:, None] + 1).float()
    # A product, as published: a cost that is not finite counts even where no patch is confident.
    return _CRE_MEANS[formulation.cre_mean](costs * confident, confident, len(tokens))


def _cosines_times_lengths(tokens: Tensor, patches: Tensor) -> Tensor:
    """The program's similarity (B, C, N): the tokens (B, C, D) alone are normalised."""
    return unit(tokens, dim=-1) @ patches


def _cosines(tokens: Tensor, patches: Tensor) -> Tensor:
    """The paper's similarity (B, C, N): the patches (B, D, N) are normalised too."""
    return unit(tokens, dim=-1) @ unit(patches, dim=1)


def _literal_costs(scores: Tensor) -> Tensor:
    """Costs (P, N) as the program computes them, from exponentials.

    Not finite where a row has a score above about 88, or one below about -100 beside larger ones.
    Rows whose exponentials are all zero cost the constant -log(1 / (1 + 1e-4)).
    """
    exponentials = scores.exp()
    totals = exponentials.sum(dim=-1, keepdim=True)
    usual = (totals != 0).squeeze(-1)
    costs = torch.full_like(scores, math.log1p(_CRE_EPSILON))
    costs[usual] = -(exponentials[usual] / (totals[usual] + _CRE_EPSILON)).log()
    return costs


def _finite_costs(scores: Tensor) -> Tensor:
    """The same costs (P, N), finite for every finite score."""
    floor = torch.full_like(scores[:, :1], math.log(_CRE_EPSILON))
    return torch.logaddexp(scores.logsumexp(dim=-1, keepdim=True), floor) - scores


def _mean_per_class(costs: Tensor, confident: Tensor, batch: int) -> Tensor:
    """The program's mean of (P, N): over a class's patches; summed over classes, then images."""
    return (costs.sum(dim=-1) / (confident.sum(dim=-1) + _CRE_EPSILON)).sum() / batch


def _mean_over_pairs(costs: Tensor, confident: Tensor, batch: int) -> Tensor:
    """The paper's mean of (P, N): over all positive pairs of the batch; zero without any."""
    del batch
    return costs.sum() / confident.sum().clamp(min=1)


_CRE_SIMILARITIES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "program": _cosines_times_lengths,
    "paper": _cosines,
}
_CRE_COSTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "program": _literal_costs,
    "fixed": _finite_costs,
}
_CRE_MEANS: Mapping[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "program": _mean_per_class,
    "paper": _mean_over_pairs,
}


def ptc_loss(feature_map: Tensor, affinity_mask: Tensor) -> Tensor:
    """Patch-token contrast: patches of one label look alike, of different labels do not.

    Args:
        feature_map: (B, D, h, w).
        affinity_mask: (B, h * w, h * w): 1 same label, 0 different labels, 255 ignored.

    Returns:
        0-d tensor.
    """
    directions = unit(feature_map.flatten(2), dim=1)
    cosine = (directions.transpose(1, 2) @ directions).abs()
    same = (affinity_mask == 1).float()
    different = (affinity_mask == 0).float()
    attraction = 1 - (same * cosine).sum() / (same.sum() + 1)
    repulsion = (different * cosine).sum() / (different.sum() + 1)
    return 0.5 * attraction + 0.5 * repulsion


def balanced_segmentation_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy in which background and foreground pixels weigh half each.

    Args:
        logits: (B, C+1, H, W).
        labels: int64 (B, H, W): 0 background, 1..C, 255 ignored. An empty side adds nothing.

    Returns:
        0-d tensor.
    """
    losses = cross_entropy(logits.float(), labels, ignore_index=IGNORE, reduction="none")
    background = labels == 0
    foreground = (labels != 0) & (labels != IGNORE)
    sides = [
        (losses * side).sum() / (side.sum() + _SEGMENTATION_EPSILON)
        for side in (background, foreground)
    ]
    return 0.5 * (sides[0] + sides[1])
