"""What the pretraining of a small ViT learns: the attributes of every patch."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from methods.data.appearance import HUE_BINS, SHAPES, TEXTURE_NAMES
from methods.data.scenes import render_attribute_scene
from methods.vit import VisionTransformer

HEADS = {"texture": len(TEXTURE_NAMES), "hue": HUE_BINS, "shape": len(SHAPES), "object": 2}
UNLABELLED = -100  # a patch that shows none, or not mostly one, of an attribute's values
PURE = 0.5  # share of a patch's pixels that must agree


@dataclass(frozen=True)
class BackboneSettings:
    """A plain ViT."""

    patch_size: int  # pixels
    width: int
    depth: int
    heads: int
    image_size: int  # pixels


Example = tuple[NDArray[np.uint8], NDArray[np.int8]]  # (H, W, 3) and (heads, h, w)


def render_example(number: int, *, seed: int, size: int, patch_size: int) -> Example:
    """Render scene `number` of a seed and the attribute labels of its patches."""
    scene = render_attribute_scene(np.random.default_rng([seed, number]), size, size)
    layers = [None, *scene.layers]
    values = np.array(
        [
            [-1 if k is None else TEXTURE_NAMES.index(k.texture) for k in layers],
            [-1 if k is None else k.hue_bin for k in layers],
            [-1 if k is None else list(SHAPES).index(k.shape) for k in layers],
            [0 if k is None else int(k.class_id > 0) for k in layers],
        ]
    )
    grid = size // patch_size
    blocks = scene.region.reshape(grid, patch_size, grid, patch_size)
    patches = blocks.transpose(0, 2, 1, 3).reshape(grid, grid, -1)
    share = np.stack([(patches == k).mean(-1) for k in range(len(layers))], -1)
    top = values[:, share.argmax(-1)]
    top[:, share.max(-1) < PURE] = -1
    return scene.image, top.astype(np.int8)


class AttributeNetwork(nn.Module):
    """A ViT with one class token and a linear head an attribute, on patches and on the token."""

    def __init__(self, backbone: BackboneSettings) -> None:
        super().__init__()
        self.encoder = VisionTransformer(
            patch_size=backbone.patch_size,
            width=backbone.width,
            depth=backbone.depth,
            heads=backbone.heads,
            tokens=1,
            pretrained_size=backbone.image_size,
        )
        self.patch_heads = nn.ModuleDict(
            {name: nn.Linear(backbone.width, count) for name, count in HEADS.items()}
        )
        self.token_heads = nn.ModuleDict(
            {name: nn.Linear(backbone.width, HEADS[name]) for name in ("texture", "shape")}
        )

    def forward(self, images: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Logits of (B, 3, H, W): patch heads (B, N, values) and token heads (B, values)."""
        encoded = self.encoder(images)
        patches, token = encoded.patches.float(), encoded.tokens[:, 0].float()
        return (
            {name: head(patches) for name, head in self.patch_heads.items()},
            {name: head(token) for name, head in self.token_heads.items()},
        )


def attribute_losses(
    network: AttributeNetwork, images: Tensor, labels: Tensor
) -> dict[str, Tensor]:
    """Cross-entropies of every head.

    Args:
        network: the network.
        images: float32 (B, 3, H, W).
        labels: int64 (B, heads, N), -1 where an attribute has no value.
    """
    patch_logits, token_logits = network(images)
    losses: dict[str, Tensor] = {}
    for number, (name, logits) in enumerate(patch_logits.items()):
        target = labels[:, number].masked_fill(labels[:, number] < 0, UNLABELLED)
        losses[f"patch_{name}"] = cross_entropy(logits.flatten(0, 1), target.flatten())
    for name, logits in token_logits.items():
        values = labels[:, list(HEADS).index(name)]
        present = (values[..., None] == torch.arange(HEADS[name], device=values.device)).any(1)
        losses[f"image_{name}"] = binary_cross_entropy_with_logits(logits, present.float())
    return losses
