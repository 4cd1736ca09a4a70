"""The dense-CRF energy of soft segmentations, with its published, hand-written gradient."""

from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from methods.more.settings import EnergySettings
from tests.reference.labels import UNCERTAIN
from tests.reference.lattice import gaussian_filter


def dense_energy(
    logits: Tensor,
    colours: Tensor,
    target: Tensor,
    settings: EnergySettings,
    region: Tensor | None = None,
) -> Tensor:
    """Cost of pixels that look alike and lie close but are labelled apart.

    Args:
        logits: (B, C + 1, H, W).
        colours: images (B, 3, H, W), 0..255.
        target: decoder's target (B, H, W); only its uncertain part is read.
        settings: weight and widths of the Gaussian.
        region: (B, H, W), 1 inside the image and 0 outside; everywhere 1 without it.
    """
    if region is None:
        region = torch.ones(target.shape)
    region = region.to(logits)
    scale = settings.scale_factor
    probabilities = F.interpolate(
        logits.softmax(dim=1), scale_factor=scale, mode="bilinear", recompute_scale_factor=True
    )
    small_target = _nearest(target.to(logits)[:, None], scale)
    small_region = _nearest(region[:, None], scale)
    sigma_xy = settings.sigma_xy * scale
    pairs = zip(probabilities.split(1), _nearest(colours, scale), strict=True)
    terms = []
    for index, (image, colour) in enumerate(pairs):
        features = _features(colour, sigma_xy, settings.sigma_rgb)
        one = slice(index, index + 1)
        terms.append(_Energy.apply(image, features, small_target[one], small_region[one]))
    return settings.weight * torch.stack(terms).sum() / len(logits)


class _Energy(torch.autograd.Function):
    """-sum(S * A) of one image; the gradient takes A for a constant and counts each pair twice."""

    @staticmethod
    def forward(
        ctx: Any, probabilities: Tensor, features: Tensor, target: Tensor, region: Tensor
    ) -> Tensor:
        gate = (region - probabilities.max(dim=1, keepdim=True).values).clamp(min=0)
        gate = torch.where(target == UNCERTAIN, torch.ones_like(gate), gate)
        inside = probabilities * region  # S
        points = inside[0].flatten(1).T.numpy()
        filtered = torch.from_numpy(np.ascontiguousarray(gaussian_filter(features.numpy(), points)))
        attracted = filtered.T.reshape(probabilities.shape) * gate  # A
        ctx.save_for_backward(attracted, region)
        return -(inside * attracted).sum()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        attracted, region = ctx.saved_tensors
        return -2 * gradients[0] * attracted * region, None, None, None


def _features(colours: Tensor, sigma_xy: float, sigma_rgb: float) -> Tensor:
    """Column, row and colour (H * W, 5) of every pixel of (3, H, W), row by row, in sigmas."""
    _, height, width = colours.shape
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    places = torch.stack([columns, rows]).to(colours) / sigma_xy
    return torch.cat([places, colours / sigma_rgb]).flatten(1).T.contiguous()


def _nearest(maps: Tensor, scale: float) -> Tensor:
    return F.interpolate(maps, scale_factor=scale, mode="nearest", recompute_scale_factor=True)
