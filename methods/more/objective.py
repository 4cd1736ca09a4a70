"""The training objective of MoRe: which labels each term reads, and from which iteration on."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate, multilabel_soft_margin_loss

from methods.more.energy import dense_energy_loss
from methods.more.losses import (
    balanced_segmentation_loss,
    class_token_contrast,
    cre_loss,
    ptc_loss,
)
from methods.more.network import MoRe, MoReOutput
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import affinity_mask, grid_label, multi_scale_cams, refine_labels
from methods.more.settings import TrainingSettings
from methods.more.ure import ure_loss

TERMS = ("cls", "cls_aux", "attri", "cre", "ure", "ptc", "seg", "reg")


class Objective:
    """All loss terms of one batch, in float32 whatever the precision of the network."""

    def __init__(self, settings: TrainingSettings) -> None:
        self._losses = settings.losses
        self._labels = settings.pseudo_labels
        par = settings.pseudo_labels.par
        self._par = PixelAdaptiveRefinement(par.dilations, par.iterations)

    def weights(self, n_iter: int) -> dict[str, float]:
        """Weight of every term at a zero-based iteration."""
        losses = self._losses
        decoder_on = n_iter > losses.seg_start
        return {
            "cls": 1.0,
            "cls_aux": 1.0,
            "attri": 1.0,
            "cre": losses.cre,
            "ure": losses.ure,
            "ptc": losses.ptc,
            "seg": losses.seg if decoder_on else 0.0,
            "reg": losses.reg if decoder_on else 0.0,
        }

    def __call__(
        self, model: MoRe, images: Tensor, labels: Tensor, n_iter: int
    ) -> dict[str, Tensor]:
        """Run the network and compute the terms.

        Args:
            model: the network.
            images: float32 (B, 3, H, W), normalised.
            labels: (B, C) multi-hot.
            n_iter: zero-based iteration.

        Returns:
            A 0-d tensor for each of `TERMS`, unweighted and without a gradient, and their
            weighted sum "total". While seg or reg weighs zero it is not computed but 0. While
            both do, the decoder's parameters still get gradients, of zero, so that weight decay
            and Adam's step count go on, and the two terms are NaN where its logits or parameters
            are not finite.
        """
        weights = self.weights(n_iter)
        labels = labels.float()
        cam, auxiliary_cam = multi_scale_cams(model, images, self._labels.cam_scales)
        output: MoReOutput = model(images)
        terms = {
            "cls": multilabel_soft_margin_loss(output.class_logits.float(), labels),
            "cls_aux": multilabel_soft_margin_loss(output.auxiliary_logits.float(), labels),
            "attri": class_token_contrast(output.class_tokens),
        }
        terms |= self._region_terms(output, cam, auxiliary_cam, labels, n_iter)
        if weights["seg"] or weights["reg"]:
            terms |= self._decoder_terms(output, images, cam, labels, weights)
        else:
            idle = _idle(model, output.seg_logits)
            terms |= {"seg": idle, "reg": idle}
        total = torch.stack([weights[name] * terms[name] for name in TERMS]).sum()
        return {name: terms[name].detach() for name in TERMS} | {"total": total}

    def _region_terms(
        self, output: MoReOutput, cam: Tensor, auxiliary_cam: Tensor, labels: Tensor, n_iter: int
    ) -> dict[str, Tensor]:
        """CRE, URE and PTC, on labels of the patch grid."""
        made, losses = self._labels, self._losses
        features, tokens = output.feature_map, output.class_tokens
        grid = (features.shape[-2], features.shape[-1])
        if n_iter > losses.mask_switch:
            cre_mask = ure_mask = grid_label(cam, labels, made.late, grid)
        else:
            cre_mask = grid_label(auxiliary_cam, labels, made.cre_early, grid)
            ure_mask = grid_label(auxiliary_cam, labels, made.ure_early, grid)
        affinity = affinity_mask(grid_label(auxiliary_cam, labels, made.affinity, grid))
        return {
            "cre": cre_loss(tokens, features, cre_mask, labels, losses.temperature),
            "ure": ure_loss(tokens, features, ure_mask, labels, losses.ure_selection),
            "ptc": ptc_loss(features, affinity),
        }

    def _decoder_terms(
        self,
        output: MoReOutput,
        images: Tensor,
        cam: Tensor,
        labels: Tensor,
        weights: dict[str, float],
    ) -> dict[str, Tensor]:
        """Segmentation and energy, at the size of the images."""
        target = refine_labels(images, cam, labels, self._labels.refine, self._par)
        logits = interpolate(
            output.seg_logits.float(), size=images.shape[-2:], mode="bilinear", align_corners=False
        )
        terms = {"seg": logits.new_zeros(()), "reg": logits.new_zeros(())}
        if weights["seg"]:
            terms["seg"] = balanced_segmentation_loss(logits, target)
        if weights["reg"]:
            terms["reg"] = dense_energy_loss(images, logits, target, self._losses.energy)
        return terms


def _idle(model: MoRe, seg_logits: Tensor) -> Tensor:
    """Zero with zero gradients for the decoder, without a pass back through it.

    NaN where the logits or the decoder's parameters are not finite.
    """
    parameters = torch.stack([parameter.sum() for parameter in model.decoder.parameters()])
    return 0.0 * (parameters.sum() + seg_logits.detach().float().sum())
