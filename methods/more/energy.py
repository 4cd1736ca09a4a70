"""Dense-CRF energy as a loss: pixels of similar colour and place should agree on their label.

Tang et al., "On Regularized Losses for Weakly-supervised CNN Segmentation", ECCV 2018.
"""

from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.data.labels import IGNORE
from methods.more.lattice import PermutohedralLattice
from methods.more.pseudo_labels import denormalise, outside_box
from methods.more.settings import EnergySettings


class _Energy(torch.autograd.Function):
    """-sum(S * A) / B with S = probabilities * region and A = filter(S) * gate.

    The published gradient takes A, and with it the gate, as a constant and counts both sides of
    the product: -2 * A * region / B. Automatic differentiation of the forward would not.
    """

    @staticmethod
    def forward(
        ctx: Any, probabilities: Tensor, gate: Tensor, region: Tensor, lattice: PermutohedralLattice
    ) -> Tensor:
        """The energy of a batch, a scalar; probabilities B x K x H x W, gate and region alike."""
        selected = probabilities * region
        support = lattice.filter(selected.flatten(2)).view_as(selected) * gate
        batch = len(probabilities)
        ctx.save_for_backward(support * region / batch)
        return -(selected * support).sum() / batch

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None, None]:
        """The published gradient, of the probabilities alone."""
        (scaled_support,) = ctx.saved_tensors
        return -2 * gradient * scaled_support, None, None, None


def dense_energy_loss(
    images: Tensor,
    logits: Tensor,
    labels: Tensor,
    settings: EnergySettings,
    box: Tensor | None = None,
) -> Tensor:
    """Energy of the predicted probabilities at `scale_factor` of the image size.

    Args:
        images: (B, 3, H, W), normalised with ImageNet's mean and standard deviation.
        logits: (B, C+1, H, W).
        labels: (B, H, W); where 255 the full energy counts, elsewhere the part of it that the
            prediction's confidence leaves.
        settings: widths of the kernel, in colour levels and in pixels of the full image; weight.
        box: (B, 4) rows and columns (r0, r1, c0, c1), half-open, of the real content; outside it
            the energy is zero. None: everywhere real.

    Returns:
        0-d tensor, already multiplied by `settings.weight`; not positive.
    """
    factor = settings.scale_factor
    colours = _shrink(denormalise(images), factor, "nearest")
    ignored = _shrink(labels.float()[:, None], factor, "nearest") == IGNORE
    inside = torch.ones_like(labels, dtype=torch.float32)
    if box is not None:
        inside = inside.masked_fill(outside_box(box, labels.shape[1:]), 0.0)
    region = _shrink(inside[:, None], factor, "nearest")
    probabilities = _shrink(logits.float().softmax(dim=1), factor, "bilinear")
    with torch.no_grad():
        gate = (region - probabilities.amax(dim=1, keepdim=True)).clamp(min=0)
        gate = gate.masked_fill(ignored, 1.0)
        lattice = PermutohedralLattice(
            bilateral_features(colours, settings.sigma_xy * factor, settings.sigma_rgb)
        )
    energy: Tensor = _Energy.apply(probabilities, gate, region, lattice)  # type: ignore[no-untyped-call]
    return settings.weight * energy


def bilateral_features(colours: Tensor, sigma_xy: float, sigma_rgb: float) -> Tensor:
    """Position and colour of every pixel in units of the kernel's standard deviations.

    Args:
        colours: float32 (B, 3, h, w), 0 to 255.
        sigma_xy: pixels of this grid.
        sigma_rgb: colour levels.

    Returns:
        float32 (B, h * w, 5): column, row, red, green, blue. The lattice depends on the order.
    """
    batch, _, height, width = colours.shape
    rows = torch.arange(height, dtype=torch.float32, device=colours.device) / sigma_xy
    columns = torch.arange(width, dtype=torch.float32, device=colours.device) / sigma_xy
    places = torch.stack([columns.expand(height, width), rows[:, None].expand(height, width)])
    features = torch.cat([places.expand(batch, -1, -1, -1), colours / sigma_rgb], dim=1)
    return features.flatten(2).transpose(1, 2)


def _shrink(maps: Tensor, factor: float, mode: str) -> Tensor:
    align_corners = False if mode == "bilinear" else None
    return interpolate(
        maps,
        scale_factor=factor,
        mode=mode,
        align_corners=align_corners,
        recompute_scale_factor=True,
    )
