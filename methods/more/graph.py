"""GCR: graph category reasoning, which enriches class tokens with their nearest neighbours."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GraphContextReasoning(nn.Module):
    """Directed graph from every class token (head) to its K most similar tokens (tails).

    Follows the published program, which departs from the paper's equations 1 to 5: tails are the
    class tokens and the patches, similarity is a scaled dot product, K is a share of the classes.

    Args:
        width: D.
        neighbour_ratio: K = int(neighbour_ratio * number of class tokens).
    """

    def __init__(self, width: int, neighbour_ratio: float) -> None:
        super().__init__()
        self.neighbour_ratio = neighbour_ratio
        # Never applied; published checkpoints hold it.
        self._fc1 = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU())
        self.head_proj = nn.Linear(width, width)
        self.tail_proj = nn.Linear(width, width)
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, class_tokens: Tensor, patches: Tensor) -> Tensor:
        """Mix neighbours into the class tokens.

        Computed in float32 under autocast too: the gate is a product of two sums over D, whose
        range of thousands leaves bfloat16 with errors of several percent.

        Args:
            class_tokens: (B, C, D).
            patches: (B, N, D); no gradient reaches them.

        Returns:
            (B, C, D), float32.
        """
        with torch.autocast(class_tokens.device.type, enabled=False):
            tokens = class_tokens.float()
            heads, tails = self.project(tokens, patches.float())
            context = neighbour_context(heads, tails, int(self.neighbour_ratio * tokens.shape[1]))
            added = F.leaky_relu(self.linear1(0.1 * (heads + context) + tokens))
            multiplied = F.leaky_relu(self.linear2(0.1 * (heads * context) + tokens))
            mixed: Tensor = self.norm(added + multiplied)
            return mixed

    def project(self, class_tokens: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Heads (B, C, D) and tails (B, C + N, D), class tokens first, of the graph."""
        tails = torch.cat((class_tokens, patches.detach()), dim=1)
        return self.head_proj(class_tokens), self.tail_proj(tails)


def similarity(heads: Tensor, tails: Tensor) -> Tensor:
    """Scaled dot products (B, C, M) of heads (B, C, D) and tails (B, M, D)."""
    scale: float = heads.shape[-1] ** -0.5
    return (heads * scale) @ tails.transpose(1, 2)


def neighbour_context(heads: Tensor, tails: Tensor, count: int) -> Tensor:
    """Sum of every head's `count` most similar tails, weighted by gated attention.

    Args:
        heads: (B, C, D).
        tails: (B, M, D), M >= count.
        count: K.

    Returns:
        (B, C, D).
    """
    values, indices = similarity(heads, tails).topk(count, dim=-1)
    images = torch.arange(len(tails), device=tails.device)[:, None, None]
    neighbours = tails[images, indices]  # (B, C, K, D)
    relation = values.softmax(dim=-1).unsqueeze(-1)
    centres = heads.unsqueeze(2)
    edges = (1 - relation) * centres + relation * neighbours
    # Two sums over D, then their product: not the inner product of the paper's equation 4.
    gate = neighbours.sum(-1) * torch.tanh(centres + edges).sum(-1)
    return (gate.softmax(dim=-1).unsqueeze(-1) * neighbours).sum(2)
