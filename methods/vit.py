"""A vision transformer with any number of learned tokens, from timm's blocks."""

from collections.abc import Iterable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.torch_compat import define_missing_operators

define_missing_operators()

from timm.layers.attention import Attention  # noqa: E402
from timm.layers.patch_embed import PatchEmbed  # noqa: E402
from timm.models.vision_transformer import Block  # noqa: E402


class VitOutput(NamedTuple):
    """What one pass yields; T tokens, N = h * w patches in row-major order, width D."""

    tokens: Tensor  # (B, T, D), after the final LayerNorm
    patches: Tensor  # (B, N, D), after the final LayerNorm
    auxiliary: Tensor  # (B, N, D), output of the auxiliary block, not normalised
    grid: tuple[int, int]  # (h, w)


class AttentionOutput(NamedTuple):
    """What a pass that keeps attention yields; depth L, H heads, N = h * w patches, width D."""

    patches: Tensor  # (B, N, D), after the final LayerNorm
    rows: Tensor  # (B, L, H, N), of the first token, behind the softmax; float32 or float64
    grid: tuple[int, int]  # (h, w)


class VisionTransformer(nn.Module):
    """Pre-norm ViT without dropout: without drop path, train and eval mode give the same numbers.

    Parameters carry timm's names. The token rows come first in `pos_embed`, then the patch rows.

    Args:
        patch_size: Side of a patch, pixels.
        width: D.
        depth: Number of blocks.
        heads: Attention heads in a block.
        tokens: T, learned tokens in front of the patches.
        pretrained_size: Side of the square image that the position table is made for, pixels.
        auxiliary_layer: Block whose output is returned as `auxiliary`; negative = from the end.
        with_head: Add the `head` Linear(D, T) that some published checkpoints hold. No forward
            pass uses it.
        mlp_ratio: Width between the two layers of a block's MLP, by D.
        drop_path: Probability that the last block drops a branch, attention or MLP, for an image
            of a training batch. It rises from 0 in the first block in equal steps; a branch that
            is kept is divided by the probability of keeping it.
    """

    def __init__(
        self,
        *,
        patch_size: int,
        width: int,
        depth: int,
        heads: int,
        tokens: int,
        pretrained_size: int,
        auxiliary_layer: int = -1,
        with_head: bool = False,
        mlp_ratio: float = 4.0,
        drop_path: float = 0.0,
    ) -> None:
        super().__init__()
        self.patch_size = patch_size
        self.num_tokens = tokens
        self.auxiliary_index = range(depth)[auxiliary_layer]
        positions = tokens + (pretrained_size // patch_size) ** 2
        self.cls_token = nn.Parameter(torch.empty(1, tokens, width))
        self.pos_embed = nn.Parameter(torch.empty(1, positions, width))
        # Without a fixed image size timm's embedding drops the pixels right of and below the last
        # whole patch; with one it refuses such images.
        self.patch_embed = PatchEmbed(img_size=None, patch_size=patch_size, embed_dim=width)
        self.blocks = nn.ModuleList(
            Block(width, heads, mlp_ratio=mlp_ratio, qkv_bias=True, drop_path=probability)
            for probability in _drop_path_probabilities(depth, drop_path)
        )
        self.norm = nn.LayerNorm(width, eps=1e-6)
        if with_head:
            self.head: nn.Module = nn.Linear(width, tokens)
        self._initialise()

    def _initialise(self) -> None:
        nn.init.trunc_normal_(self.cls_token, std=0.02)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> VitOutput:
        """Encode normalised images (B, 3, H, W), H and W at least one patch."""
        x = self._embed(images)
        auxiliary = x
        self._choose_attention(images)
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index == self.auxiliary_index:
                auxiliary = x
        x = self.norm(x)
        return VitOutput(
            tokens=x[:, : self.num_tokens],
            patches=x[:, self.num_tokens :],
            auxiliary=auxiliary[:, self.num_tokens :],
            grid=self.grid(images),
        )

    def encode_with_attention(self, images: Tensor) -> AttentionOutput:
        """Encode normalised images (B, 3, H, W) and keep what the first token attends to.

        The patches are those of `forward`. Of the attention weights, one row a head is formed
        beside them; fused attention never forms the others.
        """
        x = self._embed(images)
        self._choose_attention(images)
        rows = []
        for block in cast(Iterable[Block], self.blocks):
            mixed, row = attend_with_row(cast(Attention, block.attn), block.norm1(x))
            x = x + block.drop_path1(mixed)
            x = x + block.drop_path2(block.mlp(block.norm2(x)))
            rows.append(row[..., self.num_tokens :])
        patches = self.norm(x)[:, self.num_tokens :]
        return AttentionOutput(patches, torch.stack(rows, dim=1), self.grid(images))

    def _choose_attention(self, images: Tensor) -> None:
        """Use fused attention, except for low-precision gradients on a CPU: there it is slow."""
        fused = images.is_cuda or not (torch.is_grad_enabled() and torch.is_autocast_enabled("cpu"))
        for block in self.blocks:
            # Final for TorchScript alone.
            cast(Attention, cast(Block, block).attn).fused_attn = fused  # type: ignore[misc]

    def grid(self, images: Tensor) -> tuple[int, int]:
        """Whole patches in the height and in the width of images (B, 3, H, W)."""
        return images.shape[-2] // self.patch_size, images.shape[-1] // self.patch_size

    def _embed(self, images: Tensor) -> Tensor:
        """Images to (B, T + N, D): patches behind the tokens, positions added."""
        patches = self.patch_embed(images)
        tokens = self.cls_token.expand(len(images), -1, -1)
        positions = interpolate_positions(
            self.pos_embed, self.num_tokens, self.patch_size, (images.shape[-2], images.shape[-1])
        )
        return torch.cat((tokens, patches), dim=1) + positions


def attend_with_row(attention: Attention, x: Tensor) -> tuple[Tensor, Tensor]:
    """Self-attention of one block, and the attention weights of the first token.

    Args:
        attention: timm's, without query and key norms, dropout or gate.
        x: (B, R, D), all tokens and patches, normalised.

    Returns:
        Output (B, R, D), and weights (B, H, R) of row 0: behind the softmax over all R columns,
        each row of a head sums to 1. The weights are computed in float32 (float64 of a float64
        network), under autocast too.
    """
    batch, count, _ = x.shape
    qkv = attention.qkv(x).reshape(batch, count, 3, attention.num_heads, -1)
    queries, keys, values = qkv.permute(2, 0, 3, 1, 4).unbind(0)
    if attention.fused_attn:
        mixed = F.scaled_dot_product_attention(queries, keys, values)
    else:
        mixed = (queries * attention.scale @ keys.mT).softmax(dim=-1) @ values
    output = attention.proj(mixed.transpose(1, 2).reshape(batch, count, -1))
    with torch.autocast(x.device.type, enabled=False):
        precision = torch.promote_types(qkv.dtype, torch.float32)
        first, others = queries[:, :, :1].to(precision), keys.to(precision)
        row = (first * attention.scale @ others.mT).softmax(dim=-1)
    return output, row[:, :, 0]


def _drop_path_probabilities(depth: int, last: float) -> list[float]:
    """Of every block: from 0 in equal steps to that of the last one."""
    return [last * index / max(depth - 1, 1) for index in range(depth)]


def interpolate_positions(
    positions: Tensor, tokens: int, patch_size: int, image_size: tuple[int, int]
) -> Tensor:
    """Resize a position table to an image, as the published program does.

    The patch rows are resized bicubically with an explicit scale of (patches + 0.1) / side, which
    also decides where samples are taken, so that the result differs from a resize to that size.
    A square image with as many patches as the table keeps the table.

    Args:
        positions: (1, tokens + side * side, D).
        tokens: Leading rows that are kept as they are.
        patch_size: Pixels.
        image_size: (height, width) in pixels.

    Returns:
        (1, tokens + h * w, D) with h = height // patch_size, w = width // patch_size.
    """
    height, width = image_size
    grid = (height // patch_size, width // patch_size)
    patches = positions[:, tokens:]
    side = round(patches.shape[1] ** 0.5)
    if height == width and grid[0] == side:
        return positions
    ordered = positions.is_cuda and torch.are_deterministic_algorithms_enabled()
    resized = (_resized_by_matrix if ordered else _resized)(
        patches.reshape(1, side, side, -1).permute(0, 3, 1, 2),
        ((grid[0] + 0.1) / side, (grid[1] + 0.1) / side),
    )
    return torch.cat((positions[:, :tokens], resized.flatten(2).transpose(1, 2)), dim=1)


def _resized(maps: Tensor, factors: tuple[float, float]) -> Tensor:
    """Maps (B, C, H, W), enlarged bicubically by a factor of the rows and one of the columns."""
    return F.interpolate(
        maps,
        scale_factor=factors,
        mode="bicubic",
        align_corners=False,
        recompute_scale_factor=False,
    )


def _resized_by_matrix(maps: Tensor, factors: tuple[float, float]) -> Tensor:
    """The same by the shares of every value, since the gradient of the other on a GPU varies."""
    height, width = maps.shape[-2:]
    single = torch.eye(height * width, dtype=maps.dtype, device=maps.device)
    shares = _resized(single.view(-1, 1, height, width), factors)
    with torch.autocast(maps.device.type, enabled=False):
        resized: Tensor = maps.flatten(2) @ shares.flatten(1)
    return resized.view(1, -1, *shares.shape[-2:])
