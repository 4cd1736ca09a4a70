"""The network of MoRe: encoder, classifiers, GCR and decoder."""

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.more.cosine import unit
from methods.more.formulation import PROGRAM, Formulation
from methods.more.graph import GraphCategoryRepresentation
from methods.more.settings import NetworkSettings
from methods.vit import VisionTransformer


class MoReOutput(NamedTuple):
    """What training and segmentation read; C foreground classes, patch grid h x w, width D."""

    class_logits: Tensor  # (B, C)
    auxiliary_logits: Tensor  # (B, C)
    seg_logits: Tensor  # (B, C + 1, h, w), background first
    feature_map: Tensor  # (B, D, h, w), final normalised patches
    class_tokens: Tensor  # (B, C, D), after GCR where it is not switched off
    auxiliary_map: Tensor  # (B, D, h, w), patches of the auxiliary block, not normalised


class CamOutput(NamedTuple):
    """Raw localization maps, neither rectified nor normalised."""

    cam: Tensor  # (B, C, h, w)
    auxiliary_cam: Tensor  # (B, C, h, w)
    lam: Tensor | None = None  # (B, C, h, w); only where it was asked for


class _Features(NamedTuple):
    feature_map: Tensor  # (B, D, h, w)
    auxiliary_map: Tensor  # (B, D, h, w)
    class_tokens: Tensor  # (B, C, D), before GCR


class LargeFOV(nn.Module):
    """Two dilated 3x3 convolutions and a 1x1 classifier, all without bias.

    Args:
        channels: Of the input.
        outputs: Channels of the logits, background included.
        width: Channels between the convolutions.
        dilation: Of the two 3x3 convolutions.
    """

    def __init__(self, channels: int, outputs: int, width: int, dilation: int) -> None:
        super().__init__()
        self.conv6 = _dilated_convolution(channels, width, dilation)
        self.conv7 = _dilated_convolution(width, width, dilation)
        self.conv8 = nn.Conv2d(width, outputs, 1, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """(B, channels, h, w) to logits (B, outputs, h, w)."""
        logits: Tensor = self.conv8(F.relu(self.conv7(F.relu(self.conv6(features)))))
        return logits


def _dilated_convolution(inputs: int, outputs: int, dilation: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation, bias=False)


class MoRe(nn.Module):
    """MoRe with the parameter names of the published program.

    Args:
        settings: The network's sizes.
        num_classes: C, foreground classes.
        formulation: `gcr*` and `lam` choose what is computed; the parameters are the same.
        precision: Of the encoder's matrix products. Everything behind the encoder computes in
            float32, and autocast around the network changes nothing.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        num_classes: int,
        formulation: Formulation = PROGRAM,
        precision: Literal["fp32", "bf16"] = "fp32",
    ) -> None:
        super().__init__()
        self.settings = settings
        self.formulation = formulation
        self.precision = precision
        self.num_classes = num_classes
        width = settings.width
        self.encoder = VisionTransformer(
            patch_size=settings.patch_size,
            width=width,
            depth=settings.depth,
            heads=settings.heads,
            tokens=settings.registers + num_classes,
            pretrained_size=settings.pretrained_size,
            auxiliary_layer=settings.auxiliary_layer,
            with_head=True,
        )
        self.decoder = LargeFOV(
            width, num_classes + 1, settings.decoder_width, settings.decoder_dilation
        )
        self.classifier = nn.Conv2d(width, num_classes, 1, bias=False)
        self.aux_classifier = nn.Conv2d(width, num_classes, 1, bias=False)
        self.graph_layer = GraphCategoryRepresentation(width, settings.neighbour_ratio, formulation)
        if formulation.gcr_training == "frozen":
            self.graph_layer.requires_grad_(requires_grad=False)

    def forward(self, images: Tensor) -> MoReOutput:
        """Logits and features of normalised images (B, 3, H, W); everything float32."""
        features = self._encode(images)
        with torch.autocast(images.device.type, enabled=False):
            return MoReOutput(
                class_logits=_pooled_logits(self.classifier, features.feature_map),
                auxiliary_logits=_pooled_logits(self.aux_classifier, features.auxiliary_map),
                seg_logits=self.decoder(features.feature_map),
                feature_map=features.feature_map,
                class_tokens=self._reason(features),
                auxiliary_map=features.auxiliary_map,
            )

    def forward_cams(self, images: Tensor, *, with_lam: bool) -> CamOutput:
        """CAM, auxiliary CAM and, if asked, LAM of normalised images (B, 3, H, W), float32.

        LAM is the similarity of every class token, after GCR, to every patch.
        Gradients are the caller's business: call under `torch.no_grad()`.
        """
        features = self._encode(images)
        with torch.autocast(images.device.type, enabled=False):
            tokens = self._reason(features) if with_lam else None
            return self._maps(features.feature_map, features.auxiliary_map, tokens)

    def maps_of(self, output: MoReOutput, *, with_lam: bool) -> CamOutput:
        """Return what `forward_cams` would, of images whose forward pass has been made."""
        with torch.autocast(output.feature_map.device.type, enabled=False):
            tokens = output.class_tokens if with_lam else None
            return self._maps(output.feature_map, output.auxiliary_map, tokens)

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Every trained parameter once, in the published optimiser's five groups.

        Encoder, encoder parameters with "norm" in their name, the two classifiers, GCR, decoder.
        The group of a frozen GCR is empty.
        """
        encoder = list(self.encoder.named_parameters())
        return [
            [parameter for name, parameter in encoder if "norm" not in name],
            [parameter for name, parameter in encoder if "norm" in name],
            [*self.classifier.parameters(), *self.aux_classifier.parameters()],
            [value for value in self.graph_layer.parameters() if value.requires_grad],
            list(self.decoder.parameters()),
        ]

    def _encode(self, images: Tensor) -> _Features:
        with self._encoder_precision(images):
            output = self.encoder(images)
        return _Features(
            feature_map=_to_map(output.patches, output.grid),
            auxiliary_map=_to_map(output.auxiliary, output.grid),
            class_tokens=output.tokens[:, self.settings.registers :].float(),
        )

    def _encoder_precision(self, images: Tensor) -> torch.autocast:
        return torch.autocast(images.device.type, torch.bfloat16, self.precision == "bf16")

    def _maps(
        self, feature_map: Tensor, auxiliary_map: Tensor, class_tokens: Tensor | None
    ) -> CamOutput:
        similarity = LAMS[self.formulation.lam]
        return CamOutput(
            cam=self.classifier(feature_map),
            auxiliary_cam=self.aux_classifier(auxiliary_map),
            lam=None if class_tokens is None else similarity(class_tokens, feature_map),
        )

    def _reason(self, features: _Features) -> Tensor:
        if self.formulation.gcr == "without":
            return features.class_tokens
        patches = features.feature_map.flatten(2).transpose(1, 2)
        tokens: Tensor = self.graph_layer(features.class_tokens, patches)
        return tokens


def dot_product_maps(class_tokens: Tensor, feature_map: Tensor) -> Tensor:
    """The program's LAM (B, C, h, w): products of (B, C, D) and (B, D, h, w), not normalised."""
    return torch.einsum("bcd,bdhw->bchw", class_tokens, feature_map)


def cosine_maps(class_tokens: Tensor, feature_map: Tensor) -> Tensor:
    """The paper's LAM (B, C, h, w): the cosine of every class token and every patch."""
    return dot_product_maps(unit(class_tokens, dim=-1), unit(feature_map, dim=1))


LAMS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "program": dot_product_maps,
    "paper": cosine_maps,
}


def _to_map(patches: Tensor, grid: tuple[int, int]) -> Tensor:
    """Patches (B, h * w, D) to a float32 map (B, D, h, w)."""
    return patches.float().transpose(1, 2).reshape(len(patches), -1, *grid)


def _pooled_logits(classifier: nn.Conv2d, features: Tensor) -> Tensor:
    """Logits (B, C) of the spatial maximum of every channel of (B, D, h, w)."""
    logits: Tensor = classifier(features.amax(dim=(2, 3), keepdim=True))
    return logits.flatten(1)
