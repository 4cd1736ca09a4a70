"""A whole training step: terms, their weights and masks, AdamW and its learning rates."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from methods.more.settings import LossSettings, NetworkSettings, PseudoLabelSettings
from methods.training.settings import OptimizerSettings, ScheduleSettings
from tests.reference import labels as pseudo
from tests.reference import losses
from tests.reference.energy import dense_energy
from tests.reference.network import Weights, forward


class Step(NamedTuple):
    """The terms, not weighted, with their "total", and the labels that they were computed on."""

    terms: dict[str, Tensor]
    cre_mask: Tensor  # (B, h, w)
    ure_mask: Tensor  # (B, h, w)
    target: Tensor  # (B, H, W)


def compute(
    weights: Weights,
    images: Tensor,
    labels: Tensor,
    n_iter: int,
    sizes: NetworkSettings,
    pseudo_labels: PseudoLabelSettings,
    settings: LossSettings,
) -> Step:
    """Losses of normalised images (B, 3, H, W) with labels (B, C) in iteration n_iter, from 0."""
    with torch.no_grad():
        cam, auxiliary = pseudo.multi_scale_cams(weights, images, pseudo_labels.cam_scales, sizes)
        target = pseudo.refined_label(images, cam, labels, pseudo_labels)
    outputs = forward(weights, images, sizes)
    grid = tuple(outputs.patches.shape[2:])

    def on_grid(maps: Tensor, thresholds: pseudo.Thresholds) -> Tensor:
        return pseudo.grid_label(maps, labels, thresholds, (grid[0], grid[1]))

    if n_iter <= settings.mask_switch:
        cre_mask = on_grid(auxiliary, pseudo_labels.cre_early)
        ure_mask = on_grid(auxiliary, pseudo_labels.ure_early)
    else:
        cre_mask = ure_mask = on_grid(cam, pseudo_labels.late)
    affinity = pseudo.affinity_mask(on_grid(auxiliary, pseudo_labels.affinity))
    seg_logits = F.interpolate(
        outputs.seg_logits, size=images.shape[2:], mode="bilinear", align_corners=False
    )
    tokens, patches = outputs.tokens, outputs.patches
    terms = {
        "cls": losses.classification(outputs.class_logits, labels),
        "cls_aux": losses.classification(outputs.auxiliary_logits, labels),
        "attri": losses.attribution(tokens),
        "cre": losses.cre(tokens, patches, cre_mask, labels, settings.temperature),
        "ure": losses.ure(tokens, patches, ure_mask, labels, settings.ure_selection),
        "ptc": losses.ptc(patches, affinity),
        "seg": losses.segmentation(seg_logits, target),
        "reg": dense_energy(seg_logits, pseudo.denormalise(images), target, settings.energy),
    }
    shares = term_weights(settings, n_iter)
    terms["total"] = sum((shares[name] * terms[name] for name in terms), torch.zeros(()))
    return Step(terms, cre_mask, ure_mask, target)


def term_weights(settings: LossSettings, n_iter: int) -> dict[str, float]:
    """Weight of every term; a term that does not count yet is computed and weighs 0."""
    return {
        "cls": 1.0,
        "cls_aux": 1.0,
        "attri": 1.0,
        "cre": settings.cre * (n_iter > settings.region_start),
        "ure": settings.ure * (n_iter > settings.region_start),
        "ptc": settings.ptc * (n_iter > settings.ptc_start),
        "seg": settings.seg * (n_iter > settings.seg_start),
        "reg": settings.reg * (n_iter > settings.seg_start),
    }


# --- optimisation ---------------------------------------------------------------------------------


class AdamW:
    """Adam with decoupled weight decay on every parameter that has a gradient."""

    def __init__(self, weights: Weights, settings: OptimizerSettings) -> None:
        self.weights = weights
        self.settings = settings
        self.steps = 0
        self.first = {name: torch.zeros_like(weight) for name, weight in weights.items()}
        self.second = {name: torch.zeros_like(weight) for name, weight in weights.items()}

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Take one step at the encoder's learning rate, then forget the gradients."""
        self.steps += 1
        decay_first, decay_second = self.settings.betas
        for name, weight in self.weights.items():
            if weight.grad is None:
                continue
            lr = rate if name.startswith("encoder.") else rate * self.settings.head_lr_factor
            first = decay_first * self.first[name] + (1 - decay_first) * weight.grad
            second = decay_second * self.second[name] + (1 - decay_second) * weight.grad.square()
            mean = first / (1 - decay_first**self.steps)
            square = second / (1 - decay_second**self.steps)
            moved = lr * mean / (square.sqrt() + self.settings.eps)
            weight.copy_(weight * (1 - lr * self.settings.weight_decay) - moved)
            self.first[name], self.second[name] = first, second
            weight.grad = None


def learning_rate(step: int, steps: int, peak: float, schedule: ScheduleSettings) -> float:
    """Poly schedule: a linear warm-up, then a power of what is left, counted from the start."""
    step = min(step, steps - 1)
    warmup = schedule.warmup_iterations
    if step < warmup:
        return peak * (1 - (1 - step / warmup) * (1 - schedule.warmup_start))
    return max(peak * (1 - step / steps) ** schedule.power, schedule.floor)
