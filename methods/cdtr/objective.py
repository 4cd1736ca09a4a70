"""The training objective of CDTR: six losses and their weights."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from methods.cdtr.clip_guidance import ClipGuidance
from methods.cdtr.formulation import Formulation
from methods.cdtr.losses import loss_area, loss_map
from methods.cdtr.network import CDTR, CdtrOutput
from methods.cdtr.object_map import object_map
from methods.cdtr.settings import LossSettings

# In the order of the learned weights, which the last one is not among.
TERMS = ("x", "att", "area", "map", "dnc", "clip")


class Objective:
    """All losses of one batch, from the first iteration on, in float32.

    Args:
        settings: Weight of loss_clip, and the share of the patches that loss_area holds down.
        formulation: Which account of the method the terms follow.
        guidance: CLIP's, on the device of the batches.
    """

    def __init__(
        self, settings: LossSettings, formulation: Formulation, guidance: ClipGuidance
    ) -> None:
        self._settings = settings
        self._formulation = formulation
        self._guidance = guidance

    def __call__(self, model: CDTR, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """Run the network and compute the terms.

        Args:
            model: In training mode.
            images: float32 (B, 3, S, S), normalised with ImageNet's mean and deviation.
            labels: int64 (B,), the class of every image.

        Returns:
            A 0-d tensor for each of `TERMS`, unweighted and without a gradient, and "total": the
            first five with the network's learned weights, with what keeps these bounded, and the
            last one with a weight of its own. What is not finite in a map or similarity makes a
            term not finite.

        Raises:
            InputError: of the guidance.
        """
        terms = self.terms(model, model(images), images, labels)
        learned = torch.stack([terms[name] for name in TERMS[:-1]])
        total = model.AutomaticWeightedLoss(learned) + self._settings.clip * terms["clip"]
        return {name: terms[name].detach() for name in TERMS} | {"total": total}

    def terms(
        self, model: CDTR, output: CdtrOutput, images: Tensor, labels: Tensor
    ) -> dict[str, Tensor]:
        """The terms of the network's output, with gradients; otherwise as in a call."""
        kind = self._formulation
        with torch.autocast(images.device.type, enabled=False):
            masks = object_map(output, labels, kind)
            return {
                "x": cross_entropy(output.logits, labels),
                "att": cross_entropy(output.csm_logits, labels),
                "area": loss_area(output.attention, self._settings.area_ratio, kind),
                "map": loss_map(output.predicted_attention, output.attention, kind),
                "dnc": cross_entropy(model.dnc_logits(output), labels),
                "clip": self._guidance(images, masks, labels),
            }
