"""The training objective of MoRe: which labels each term reads, and from which iteration on."""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate, multilabel_soft_margin_loss

from methods.more.energy import dense_energy_loss
from methods.more.formulation import Formulation
from methods.more.localization import multi_scale_maps
from methods.more.losses import (
    balanced_segmentation_loss,
    class_token_loss,
    cre_loss,
    ptc_loss,
)
from methods.more.network import CamOutput, MoRe, MoReOutput
from methods.more.par import PixelAdaptiveRefinement
from methods.more.pseudo_labels import affinity_mask, grid_label, patch_box, refine_labels
from methods.more.settings import TrainingSettings
from methods.more.ure import ure_loss

TERMS = ("cls", "cls_aux", "attri", "cre", "ure", "ptc", "seg", "reg")


class RegionMasks(NamedTuple):
    """Labels of the patch grid h x w, int64; 255 where uncertain."""

    cre: Tensor  # (B, h, w)
    ure: Tensor  # (B, h, w)
    affinity: Tensor  # (B, h * w, h * w), of pairs of patches


class Objective:
    """All loss terms of one batch, in float32 whatever the precision of the network.

    Args:
        settings: Of the training.
        formulation: Which account of the method the terms follow.
    """

    def __init__(self, settings: TrainingSettings, formulation: Formulation) -> None:
        self._losses = settings.losses
        self._labels = settings.pseudo_labels
        self._precision = settings.precision
        self._formulation = formulation
        par = settings.pseudo_labels.par
        self._par = PixelAdaptiveRefinement(par.dilations, par.iterations)

    def weights(self, n_iter: int) -> dict[str, float]:
        """Weight of every term at a zero-based iteration."""
        losses = self._losses
        regions_on, decoder_on = n_iter > losses.region_start, n_iter > losses.seg_start
        return {
            "cls": 1.0,
            "cls_aux": 1.0,
            "attri": 1.0,
            "cre": losses.cre if regions_on else 0.0,
            "ure": losses.ure if regions_on else 0.0,
            "ptc": losses.ptc if n_iter > losses.ptc_start else 0.0,
            "seg": losses.seg if decoder_on else 0.0,
            "reg": losses.reg if decoder_on else 0.0,
        }

    def __call__(
        self,
        model: MoRe,
        images: Tensor,
        labels: Tensor,
        n_iter: int,
        boxes: Tensor | None = None,
    ) -> dict[str, Tensor]:
        """Run the network and compute the terms.

        Args:
            model: the network.
            images: float32 (B, 3, H, W), normalised.
            labels: (B, C) multi-hot.
            n_iter: zero-based iteration.
            boxes: int64 (B, 4) rows and columns (r0, r1, c0, c1), half-open, of what is no padding
                in the images; None: everything. Boxes of whole images change nothing.

        Returns:
            A 0-d tensor for each of `TERMS`, unweighted and without a gradient, and their
            weighted sum "total". While seg or reg weighs zero it is not computed but 0. While
            both do, the decoder's parameters still get gradients, of zero, so that weight decay
            and Adam's step count go on, and the two terms are NaN where its logits or parameters
            are not finite. The other terms are computed whatever they weigh: their random draws
            count, and a total of which one is not finite is not finite either.
        """
        weights = self.weights(n_iter)
        decoder_on = bool(weights["seg"] or weights["reg"])
        labels = labels.float()
        output: MoReOutput = model(images)
        maps = self.maps(model, images, output, with_target=decoder_on)
        masks = self.region_masks(maps, labels, n_iter, output.feature_map.shape[-2:], boxes)
        losses, kind = self._losses, self._formulation
        features, tokens = output.feature_map, output.class_tokens
        terms = {
            "cls": multilabel_soft_margin_loss(output.class_logits.float(), labels),
            "cls_aux": multilabel_soft_margin_loss(output.auxiliary_logits.float(), labels),
            "attri": class_token_loss(tokens, labels, kind),
            "cre": cre_loss(tokens, features, masks.cre, labels, losses.temperature, kind),
            "ure": ure_loss(tokens, features, masks.ure, labels, losses.ure_selection, kind),
            "ptc": ptc_loss(features, masks.affinity),
        }
        if decoder_on:
            target = self.decoder_target(images, maps, labels, boxes)
            terms |= self._decoder_terms(output, images, target, weights, boxes)
        else:
            idle = _idle(model, output.seg_logits)
            terms |= {"seg": idle, "reg": idle}
        total = torch.stack([weights[name] * terms[name] for name in TERMS]).sum()
        return {name: terms[name].detach() for name in TERMS} | {"total": total}

    @torch.no_grad()
    def maps(
        self, model: MoRe, images: Tensor, output: MoReOutput, *, with_target: bool
    ) -> CamOutput:
        """The localization maps behind the labels, with the LAM where the target is made from it.

        Scale 1 without mirroring is the pass with gradients, whose `output` has the same numbers.
        It is passed anew only where that pass was less exact than the maps are to be.
        """
        precision = self._precision
        with_lam = with_target and self._formulation.decoder_target == "paper"
        plain = None
        if precision.network in ("fp32", precision.cams):
            plain = model.maps_of(output, with_lam=with_lam)
        return multi_scale_maps(
            model,
            images,
            self._labels.cam_scales,
            with_lam=with_lam,
            plain=plain,
            precision=precision.cams,
        )

    def region_masks(
        self,
        maps: CamOutput,
        labels: Tensor,
        n_iter: int,
        grid: torch.Size,
        boxes: Tensor | None = None,
    ) -> RegionMasks:
        """What CRE, URE and PTC read, on a patch grid (h, w).

        The published program takes the boxes' pixels for patches, which leaves nothing inside most
        of them; `grid_box: fixed` keeps the patches that lie wholly inside.
        """
        made = self._labels
        if boxes is not None and self._formulation.grid_box == "fixed":
            boxes = patch_box(boxes, maps.cam.shape[-1] // grid[-1])
        size = (grid[0], grid[1])
        if n_iter > self._losses.mask_switch:
            cre = ure = grid_label(maps.cam, labels, made.late, size, boxes)
        else:
            cre, ure = (
                grid_label(maps.auxiliary_cam, labels, thresholds, size, boxes)
                for thresholds in (made.cre_early, made.ure_early)
            )
        paired = grid_label(maps.auxiliary_cam, labels, made.affinity, size, boxes)
        return RegionMasks(cre, ure, affinity_mask(paired))

    def decoder_target(
        self, images: Tensor, maps: CamOutput, labels: Tensor, boxes: Tensor | None = None
    ) -> Tensor:
        """Labels int64 (B, H, W) of the decoder: the CAM, or the LAM if there is one, refined."""
        source = maps.cam if maps.lam is None else maps.lam
        return refine_labels(images, source, labels, self._labels.refine, self._par, boxes)

    def _decoder_terms(
        self,
        output: MoReOutput,
        images: Tensor,
        target: Tensor,
        weights: dict[str, float],
        boxes: Tensor | None,
    ) -> dict[str, Tensor]:
        """Segmentation and energy, at the size of the images."""
        logits = interpolate(
            output.seg_logits.float(), size=images.shape[-2:], mode="bilinear", align_corners=False
        )
        terms = {"seg": logits.new_zeros(()), "reg": logits.new_zeros(())}
        if weights["seg"]:
            terms["seg"] = balanced_segmentation_loss(logits, target)
        if weights["reg"]:
            terms["reg"] = dense_energy_loss(images, logits, target, self._losses.energy, boxes)
        return terms


def _idle(model: MoRe, seg_logits: Tensor) -> Tensor:
    """Zero with zero gradients for the decoder, without a pass back through it.

    NaN where the logits or the decoder's parameters are not finite.
    """
    parameters = torch.stack([parameter.sum() for parameter in model.decoder.parameters()])
    return 0.0 * (parameters.sum() + seg_logits.detach().float().sum())
