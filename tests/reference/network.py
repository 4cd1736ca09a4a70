"""The network as functions of a state dict: encoder, GCR, classifiers, decoder."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from methods.more.settings import NetworkSettings

Weights = Mapping[str, Tensor]


class Features(NamedTuple):
    """What the encoder says about images (B, 3, H, W); h = H // patch size, w likewise."""

    tokens: Tensor  # (B, C, D), after the last norm
    patches: Tensor  # (B, D, h, w), after the last norm
    auxiliary: Tensor  # (B, D, h, w), of the auxiliary layer, not normalised


class Outputs(NamedTuple):
    """Everything that losses read."""

    class_logits: Tensor  # (B, C)
    auxiliary_logits: Tensor  # (B, C)
    seg_logits: Tensor  # (B, C + 1, h, w)
    patches: Tensor  # (B, D, h, w)
    tokens: Tensor  # (B, C, D), after GCR


def forward(weights: Weights, images: Tensor, sizes: NetworkSettings) -> Outputs:
    """The forward pass of training, image by image."""
    each = [_forward_one(weights, image[None], sizes) for image in images]
    return Outputs(*(torch.cat(parts) for parts in zip(*each, strict=True)))


def _forward_one(weights: Weights, image: Tensor, sizes: NetworkSettings) -> Outputs:
    features = encode(weights, image, sizes)
    return Outputs(
        class_logits=pooled_logits(features.patches, weights["classifier.weight"]),
        auxiliary_logits=pooled_logits(features.auxiliary, weights["aux_classifier.weight"]),
        seg_logits=large_fov(weights, features.patches, sizes.decoder_dilation),
        patches=features.patches,
        tokens=gcr(weights, features.tokens[0], _rows(features.patches)[0], sizes.neighbour_ratio)[
            None
        ],
    )


def cams(weights: Weights, image: Tensor, sizes: NetworkSettings) -> tuple[Tensor, Tensor]:
    """CAM and auxiliary CAM (1, C, h, w) of one image (1, 3, H, W): classifiers, not pooled."""
    features = encode(weights, image, sizes)
    cam = F.conv2d(features.patches, weights["classifier.weight"])
    return cam, F.conv2d(features.auxiliary, weights["aux_classifier.weight"])


# --- the encoder: a pre-norm vision transformer with R registers and C class tokens ---------------


def encode(weights: Weights, images: Tensor, sizes: NetworkSettings) -> Features:
    """Run the encoder."""
    patch = sizes.patch_size
    height, width = images.shape[2] // patch, images.shape[3] // patch
    embedded = F.conv2d(
        images,
        weights["encoder.patch_embed.proj.weight"],
        weights["encoder.patch_embed.proj.bias"],
        stride=patch,
    )
    first = weights["encoder.cls_token"]
    count = first.shape[1]  # T = R + C
    x = torch.cat([first.expand(len(images), -1, -1), _rows(embedded)], dim=1)
    x = x + positions(weights["encoder.pos_embed"], count, height, width)
    auxiliary = x
    for index in range(sizes.depth):
        x = block(weights, f"encoder.blocks.{index}", x, sizes.heads)
        if index == sizes.auxiliary_layer % sizes.depth:
            auxiliary = x
    x = layer_norm(weights, "encoder.norm", x, 1e-6)
    return Features(
        tokens=x[:, sizes.registers : count],
        patches=_map(x[:, count:], height, width),
        auxiliary=_map(auxiliary[:, count:], height, width),
    )


def block(weights: Weights, name: str, x: Tensor, heads: int) -> Tensor:
    """One transformer block on (B, T + N, D)."""
    x = x + attention(weights, f"{name}.attn", layer_norm(weights, f"{name}.norm1", x, 1e-6), heads)
    hidden = linear(weights, f"{name}.mlp.fc1", layer_norm(weights, f"{name}.norm2", x, 1e-6))
    gelu = 0.5 * hidden * (1 + torch.erf(hidden / 2**0.5))
    return x + linear(weights, f"{name}.mlp.fc2", gelu)


def attention(weights: Weights, name: str, x: Tensor, heads: int) -> Tensor:
    """softmax(q k^T / sqrt(d)) v, head by head."""
    query, key, value = linear(weights, f"{name}.qkv", x).chunk(3, dim=2)
    size = x.shape[2] // heads
    mixed = []
    for head in range(heads):
        part = slice(head * size, (head + 1) * size)
        logits = query[:, :, part] @ key[:, :, part].transpose(1, 2) / size**0.5
        mixed.append(logits.softmax(dim=2) @ value[:, :, part])
    return linear(weights, f"{name}.proj", torch.cat(mixed, dim=2))


def positions(table: Tensor, tokens: int, height: int, width: int) -> Tensor:
    """The position table (1, T + g * g, D) for a patch grid of another size.

    The token rows stay. The patch rows are interpolated with scale factors (h + 0.1) / g and
    (w + 0.1) / g, which also place the samples; they are left alone where the grid is g x g.
    """
    grid = round((table.shape[1] - tokens) ** 0.5)
    if (height, width) == (grid, grid):
        return table
    patches = table[0, tokens:].reshape(grid, grid, -1)
    rows = cubic_matrix(grid, height, (height + 0.1) / grid).to(table)
    columns = cubic_matrix(grid, width, (width + 0.1) / grid).to(table)
    resized = torch.einsum("hi,wj,ijd->hwd", rows, columns, patches)
    return torch.cat([table[:, :tokens], resized.reshape(1, height * width, -1)], dim=1)


def cubic_matrix(inputs: int, outputs: int, scale: float) -> Tensor:
    """Weights (outputs, inputs) of cubic convolution with a = -0.75 along one axis."""
    matrix = torch.zeros(outputs, inputs, dtype=torch.float64)
    for row in range(outputs):
        place = (row + 0.5) / scale - 0.5
        left = int(place // 1)
        for tap in range(left - 1, left + 3):
            inside = min(max(tap, 0), inputs - 1)  # the border is repeated
            matrix[row, inside] += _cubic(abs(place - tap))
    return matrix


def _cubic(x: float, a: float = -0.75) -> float:
    if x <= 1:
        return (a + 2) * x**3 - (a + 3) * x**2 + 1
    return a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a if x < 2 else 0.0


# --- the heads ------------------------------------------------------------------------------------


def gcr(weights: Weights, tokens: Tensor, patches: Tensor, ratio: float) -> Tensor:
    """Graph Category Representation of one image: class tokens (C, D) mix in their neighbours.

    Neighbours are the K class tokens or patches (N, D) with the largest product. The released
    program divides the product of eq. 1 by sqrt(D), takes K as a share of the classes, multiplies
    two sums in the gate of eq. 4 and keeps a residual in eq. 5.
    """
    classes, width = tokens.shape
    neighbours = int(ratio * classes)
    heads = linear(weights, "graph_layer.head_proj", tokens)
    tails = linear(weights, "graph_layer.tail_proj", torch.cat([tokens, patches.detach()]))
    mixed = []
    for head in heads:
        similarity = tails @ (head * width**-0.5)  # (C + N,), eq. 1 over sqrt(D)
        nearest = similarity.topk(neighbours)
        importance = nearest.values.softmax(dim=0)
        gates = []
        for share, index in zip(importance, nearest.indices, strict=True):
            edge = (1 - share) * head + share * tails[index]
            gates.append(tails[index].sum() * torch.tanh(head + edge).sum())  # eq. 4
        shares = torch.stack(gates).softmax(dim=0)
        context = torch.zeros_like(head)
        for share, index in zip(shares, nearest.indices, strict=True):
            context = context + share * tails[index]
        mixed.append(context)
    context = torch.stack(mixed)
    added = linear(weights, "graph_layer.linear1", 0.1 * (heads + context) + tokens)  # eq. 5
    multiplied = linear(weights, "graph_layer.linear2", 0.1 * (heads * context) + tokens)
    fused = F.leaky_relu(added, 0.01) + F.leaky_relu(multiplied, 0.01)
    return layer_norm(weights, "graph_layer.norm", fused, 1e-5)


def large_fov(weights: Weights, features: Tensor, dilation: int) -> Tensor:
    """The decoder: logits (B, C + 1, h, w)."""
    x = features
    for name in ("decoder.conv6.weight", "decoder.conv7.weight"):
        x = F.conv2d(x, weights[name], padding=dilation, dilation=dilation).clamp(min=0)
    return F.conv2d(x, weights["decoder.conv8.weight"])


def pooled_logits(features: Tensor, weight: Tensor) -> Tensor:
    """Classify the spatial maximum of every channel; the weight (C, D, 1, 1) has no bias."""
    return features.flatten(2).max(dim=2).values @ weight[:, :, 0, 0].T


# --- pieces ---------------------------------------------------------------------------------------


def linear(weights: Weights, name: str, x: Tensor) -> Tensor:
    return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]


def layer_norm(weights: Weights, name: str, x: Tensor, eps: float) -> Tensor:
    centred = x - x.mean(dim=-1, keepdim=True)
    variance = centred.square().mean(dim=-1, keepdim=True)
    return centred / (variance + eps).sqrt() * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def _rows(features: Tensor) -> Tensor:
    """(B, D, h, w) to (B, h * w, D), row by row."""
    return features.flatten(2).transpose(1, 2)


def _map(rows: Tensor, height: int, width: int) -> Tensor:
    return rows.transpose(1, 2).unflatten(2, (height, width))
