"""Losses of MoRe on class tokens, patch features and segmentation logits.

All of them compute in float32, whatever the precision of their inputs.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

from methods.data.labels import IGNORE

_CONTRAST_TEMPERATURE = 0.07
COSINE_EPSILON = 1e-8
_CRE_EPSILON = 1e-4  # in the denominators
_SEGMENTATION_EPSILON = 1e-6


def class_token_contrast(tokens: Tensor) -> Tensor:
    """Push the class tokens of an image apart: each is told from the others by cosine.

    Args:
        tokens: (B, C, D).

    Returns:
        0-d tensor; ln C where all tokens of an image are equal.
    """
    unit = normalize(tokens.float(), dim=-1, eps=1e-12)
    logits = unit @ unit.transpose(1, 2) / _CONTRAST_TEMPERATURE
    own = torch.arange(tokens.shape[1], device=tokens.device).repeat(len(tokens))
    return cross_entropy(logits.flatten(0, 1), own)


def cre_loss(
    tokens: Tensor, feature_map: Tensor, mask: Tensor, labels: Tensor, temperature: float
) -> Tensor:
    """Class-specific region enhancement: pull class tokens towards their confident patches.

    The published form, -log(exp(s) / (sum exp(s) + 1e-4)), overflows for large products of
    un-normalised patches; this one is equal and finite.

    Args:
        tokens: (B, C, D), class tokens.
        feature_map: (B, D, h, w), taken as a constant and not normalised.
        mask: (B, h, w), class + 1 where confident.
        labels: (B, C) multi-hot.
        temperature: divides the products.

    Returns:
        0-d tensor: sum over present classes, mean over the batch.
    """
    unit = normalize(tokens.float(), dim=-1, eps=COSINE_EPSILON)
    scores = unit @ feature_map.detach().float().flatten(2) / temperature
    floor = torch.full_like(scores[..., :1], math.log(_CRE_EPSILON))
    partition = torch.logaddexp(scores.logsumexp(dim=-1, keepdim=True), floor)
    classes = torch.arange(1, tokens.shape[1] + 1, device=mask.device)
    confident = (mask.flatten(1)[:, None] == classes[:, None]).float()
    confident = confident * labels.float()[..., None]
    terms = ((partition - scores) * confident).sum(dim=-1)
    return (terms / (confident.sum(dim=-1) + _CRE_EPSILON)).sum() / len(tokens)


def ptc_loss(feature_map: Tensor, affinity_mask: Tensor) -> Tensor:
    """Patch-token contrast: patches of one label look alike, of different labels do not.

    Args:
        feature_map: (B, D, h, w).
        affinity_mask: (B, h * w, h * w): 1 same label, 0 different labels, 255 ignored.

    Returns:
        0-d tensor.
    """
    unit = normalize(feature_map.float().flatten(2), dim=1, eps=COSINE_EPSILON)
    cosine = (unit.transpose(1, 2) @ unit).abs()
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
