"""The network of CDTR: encoder, classification head, CSM, OCM and SKI."""

from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor, nn

from methods.cdtr.constraint import early_block, joining_convolution, predict_attention
from methods.cdtr.deform import DeformableHead
from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.learned_weights import LearnedWeights
from methods.cdtr.settings import NetworkSettings
from methods.cdtr.stimulation import ClassStimulation, require_even_grid
from methods.errors import InputError
from methods.vit import AttentionOutput, VisionTransformer

Precision = Literal["fp32", "bf16", "fp16"]

_LEARNED_WEIGHTS = 5  # of the six losses; the one that needs CLIP has a weight of its own
_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class CdtrOutput(NamedTuple):
    """What training and localization read; C classes, patch grid h x w."""

    patch_maps: Tensor  # X_out (B, C, h, w), of the patch tokens
    csm_maps: Tensor  # X_csm (B, C, h, w), of the attention
    attention: Tensor  # M_ca (B, h, w), mean over blocks and sum over heads, at least 0
    predicted_attention: Tensor  # M_ocm (B, 1, h, w), between 0 and 1

    @property
    def logits(self) -> Tensor:
        """(B, C), by which images are classified."""
        return self.patch_maps.mean(dim=(2, 3))

    @property
    def csm_logits(self) -> Tensor:
        """(B, C), which the loss of CSM reads."""
        return self.csm_maps.mean(dim=(2, 3))


class CDTR(VisionTransformer):
    """CDTR with the parameter names of the published program.

    The position table is never resized, so images are squares of `pretrained_size` pixels.

    Args:
        settings: The network's sizes.
        num_classes: C.
        formulation: `ski` chooses what is deformed; the parameters are the same.
        precision: Of the encoder's matrix products. Everything behind the encoder computes in
            float32, and autocast around the network changes nothing.

    Raises:
        InputError: the sizes make a grid that CSM cannot halve, or OCM reads more blocks than
            there are.
    """

    def __init__(
        self,
        settings: NetworkSettings,
        num_classes: int,
        formulation: Formulation = PROGRAM,
        precision: Precision = "fp32",
    ) -> None:
        _require_possible_sizes(settings)
        super().__init__(
            patch_size=settings.patch_size,
            width=settings.width,
            depth=settings.depth,
            heads=settings.heads,
            tokens=1,
            pretrained_size=settings.pretrained_size,
            mlp_ratio=settings.mlp_ratio,
            drop_path=settings.drop_path,
        )
        self.settings = settings
        self.num_classes = num_classes
        self.formulation = formulation
        self.precision = precision
        self.head = nn.Conv2d(settings.width, num_classes, 3, padding=1)
        self.att_layer = ClassStimulation(
            settings.depth * settings.heads, settings.csm_width, num_classes
        )
        self.att_cls = nn.Conv2d(num_classes, num_classes, 1, bias=False)
        self.dnc_att_layer = DeformableHead(num_classes)
        self.AutomaticWeightedLoss = LearnedWeights(_LEARNED_WEIGHTS)
        for index in range(settings.ocm_blocks):
            self.add_module(f"block{index}", early_block(settings.heads))
        self.block_catconv = joining_convolution(settings.ocm_blocks)
        self.block_catbn = nn.BatchNorm2d(1)

    # Another kind of output than a plain ViT's.
    def forward(self, images: Tensor) -> CdtrOutput:  # type: ignore[override]
        """Maps of normalised images (B, 3, S, S); everything float32.

        Raises:
            InputError: S is not the settings' `pretrained_size`.
        """
        self._require_size(images)
        with self._encoder_precision(images):
            encoded = self.encode_with_attention(images)
        with torch.autocast(images.device.type, enabled=False):
            return self._maps(encoded)

    def dnc_logits(self, output: CdtrOutput) -> Tensor:
        """Logits (B, C) of the deformable head, SKI, which training alone reads."""
        deformed, guiding = output.csm_maps, output.patch_maps
        if self.formulation.ski == "figure":
            deformed, guiding = guiding, deformed
        with torch.autocast(deformed.device.type, enabled=False):
            logits: Tensor = self.dnc_att_layer(deformed, guiding * output.attention[:, None])
        return logits

    def draw_paths(self, images: int) -> None:
        """Draw which paths a pass over so many images drops, as the pass would, without making it.

        Behind it the random generator stands where it would behind the pass.
        """
        dtype, device = _DTYPES[self.precision], self.cls_token.device
        branch = torch.zeros(images, 1, 1, dtype=dtype, device=device)
        for block in self.blocks:
            for layer in ("drop_path1", "drop_path2"):
                block.get_submodule(layer)(branch)

    def parameter_groups(self, weight_decay: float) -> list[dict[str, Any]]:
        """Every parameter once, in an optimizer's two groups: with weight decay, and without.

        Vectors, such as biases and the values of norms, the class token and the positions do not
        decay.
        """
        groups: dict[bool, list[nn.Parameter]] = {True: [], False: []}
        for name, parameter in self.named_parameters():
            groups[parameter.ndim > 1 and name not in ("cls_token", "pos_embed")].append(parameter)
        return [
            {"params": groups[True], "weight_decay": weight_decay},
            {"params": groups[False], "weight_decay": 0.0},
        ]

    def _maps(self, encoded: AttentionOutput) -> CdtrOutput:
        rows = encoded.rows.unflatten(-1, encoded.grid)
        precision = torch.promote_types(encoded.patches.dtype, torch.float32)
        patches = encoded.patches.to(precision).mT.unflatten(-1, encoded.grid)
        early = range(self.settings.ocm_blocks)
        return CdtrOutput(
            patch_maps=self.head(patches),
            csm_maps=self.att_cls(self.att_layer(rows.flatten(1, 2))),
            attention=rows.mean(dim=1).sum(dim=1),
            predicted_attention=predict_attention(
                [rows[:, index] for index in early],
                [self.get_submodule(f"block{index}") for index in early],
                self.block_catconv,
                self.block_catbn,
            ),
        )

    def _encoder_precision(self, images: Tensor) -> torch.autocast:
        low = self.precision != "fp32"
        dtype = _DTYPES[self.precision] if low else None
        return torch.autocast(images.device.type, dtype, enabled=low)

    def _require_size(self, images: Tensor) -> None:
        side = self.settings.pretrained_size
        if images.shape[-2:] != (side, side):
            raise InputError(
                "network",
                f"an image of {images.shape[-2]} x {images.shape[-1]} pixels",
                f"{side} x {side}, the pretrained_size, since the position table is never resized",
                "make the crop and the image_size equal to pretrained_size",
            )


def class_maps(output: CdtrOutput, classes: Tensor | None = None) -> Tensor:
    """M_ca * (X_out + X_csm): where an image shows a class. Neither rectified nor normalised.

    Gradients reach all three factors; detach those of `output` that they are to leave alone.

    Args:
        output: Of the network.
        classes: Of every image the class, (B,), or several, (B, k); None stands for all classes.

    Returns:
        (B, 1, h, w), (B, k, h, w) or (B, C, h, w).
    """
    patch_maps, csm_maps = output.patch_maps, output.csm_maps
    if classes is not None:
        images = torch.arange(len(patch_maps), device=classes.device)[:, None]
        chosen = classes.reshape(len(patch_maps), -1)
        patch_maps, csm_maps = patch_maps[images, chosen], csm_maps[images, chosen]
    return output.attention[:, None] * (patch_maps + csm_maps)


def _require_possible_sizes(settings: NetworkSettings) -> None:
    require_even_grid(settings.patch_size, settings.pretrained_size)
    if not 0 < settings.ocm_blocks <= settings.depth:
        raise InputError(
            "network",
            f"ocm_blocks {settings.ocm_blocks} and depth {settings.depth}",
            "OCM to read between one block and all of them",
            "change ocm_blocks",
        )
