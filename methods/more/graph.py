"""Graph Category Representation (GCR): class tokens take up their nearest neighbours."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from methods.errors import InputError
from methods.more.cosine import unit
from methods.more.formulation import PROGRAM, Formulation

PairFunction = Callable[[Tensor, Tensor], Tensor]


class GraphCategoryRepresentation(nn.Module):
    """Directed graph from every class token (head) to its K most similar tokens (tails).

    The published program departs from the paper's equations 1 to 5 in every step; what is done
    here is chosen by the switches `gcr_*` of the formulation, one function for each account.

    Args:
        width: D.
        neighbour_ratio: K = int(neighbour_ratio * number of class tokens), in the program.
        formulation: Which account each step follows.
    """

    def __init__(
        self, width: int, neighbour_ratio: float, formulation: Formulation = PROGRAM
    ) -> None:
        super().__init__()
        self.neighbour_ratio = neighbour_ratio
        self.formulation = formulation
        # Never applied; published checkpoints hold it.
        self._fc1 = nn.Sequential(nn.Linear(width, width), nn.LeakyReLU())
        self.head_proj = nn.Linear(width, width)
        self.tail_proj = nn.Linear(width, width)
        self.linear1 = nn.Linear(width, width)
        self.linear2 = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width)  # not applied by the paper's fusion

    def forward(self, class_tokens: Tensor, patches: Tensor) -> Tensor:
        """Mix neighbours into the class tokens.

        Computed in float32 under autocast too: the program's gate is a product of two sums over D,
        whose range of thousands leaves bfloat16 with errors of several percent.

        Args:
            class_tokens: (B, C, D).
            patches: (B, N, D); gradients reach them in the legacy fusion alone.

        Returns:
            (B, C, D), float32.

        Raises:
            InputError: there are fewer tails than neighbours asked for.
        """
        chosen = self.formulation
        with torch.autocast(class_tokens.device.type, enabled=False):
            tokens = class_tokens.float()
            heads, tails = self.project(tokens, patches.float())
            context = neighbour_context(
                heads,
                tails,
                self.neighbours(tokens.shape[1], patches.shape[1]),
                SIMILARITIES[chosen.gcr_similarity],
                GATES[chosen.gcr_gate],
            )
            return FUSIONS[chosen.gcr_fusion](self, tokens, heads, context)

    def project(self, class_tokens: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Heads (B, C, D) and tails (B, M, D) of the graph.

        M = C + N in the program, class tokens first; M = N where patches alone are tails.
        """
        if self.formulation.gcr_fusion != "legacy":  # the first release let gradients through
            patches = patches.detach()
        tails = TAILS[self.formulation.gcr_tails](class_tokens, patches)
        return self.head_proj(class_tokens), self.tail_proj(tails)

    def neighbours(self, classes: int, patches: int) -> int:
        """K, of C class tokens and N patches."""
        if self.formulation.gcr_neighbours == "paper":
            return patches // 2  # 392 of the 784 patches of a training crop
        return int(self.neighbour_ratio * classes)


def class_tokens_and_patches(class_tokens: Tensor, patches: Tensor) -> Tensor:
    """The program's tails (B, C + N, D): a class token may neighbour itself."""
    return torch.cat((class_tokens, patches), dim=1)


def patches_alone(class_tokens: Tensor, patches: Tensor) -> Tensor:
    """The paper's tails (B, N, D)."""
    del class_tokens
    return patches


def scaled_products(heads: Tensor, tails: Tensor) -> Tensor:
    """The program's similarity (B, C, M), the dot product over sqrt(D).

    The factor does not change which tails are nearest, but how their shares are spread.
    """
    scale: float = heads.shape[-1] ** -0.5
    return (heads * scale) @ tails.transpose(1, 2)


def plain_products(heads: Tensor, tails: Tensor) -> Tensor:
    """The similarity (B, C, M) of equation 1, a dot product."""
    return heads @ tails.transpose(1, 2)


def cosines(heads: Tensor, tails: Tensor) -> Tensor:
    """Similarity (B, C, M) that the paper's text names, other than its equation 1."""
    return unit(heads, dim=-1) @ unit(tails, dim=-1).transpose(1, 2)


def product_of_sums(neighbours: Tensor, activations: Tensor) -> Tensor:
    """The program's gate of (..., D) and (..., D): each is summed over D, then multiplied."""
    return neighbours.sum(-1) * activations.sum(-1)


def inner_product(neighbours: Tensor, activations: Tensor) -> Tensor:
    """The gate of equation 4, over the last dimension."""
    return (neighbours * activations).sum(-1)


def neighbour_context(
    heads: Tensor, tails: Tensor, count: int, similarity: PairFunction, gate: PairFunction
) -> Tensor:
    """Sum of every head's `count` most similar tails, weighted by gated attention.

    Args:
        heads: (B, C, D).
        tails: (B, M, D).
        count: K.
        similarity: Heads and tails to (B, C, M).
        gate: Neighbours and activations, both (B, C, K, D), to (B, C, K).

    Returns:
        (B, C, D).

    Raises:
        InputError: K > M.
    """
    if count > tails.shape[1]:
        raise InputError(
            "the network's graph",
            f"{count} neighbours to choose among {tails.shape[1]} tails",
            "at most as many neighbours as tails",
            "lower network.neighbour_ratio, or give larger images",
        )
    values, indices = similarity(heads, tails).topk(count, dim=-1)
    images = torch.arange(len(tails), device=tails.device)[:, None, None]
    neighbours = tails[images, indices]  # (B, C, K, D)
    relation = values.softmax(dim=-1).unsqueeze(-1)
    centres = heads.unsqueeze(2)
    edges = (1 - relation) * centres + relation * neighbours
    importance = gate(neighbours, torch.tanh(centres + edges)).softmax(dim=-1)
    return (importance.unsqueeze(-1) * neighbours).sum(2)


def fuse_with_residual(
    graph: GraphCategoryRepresentation, tokens: Tensor, heads: Tensor, context: Tensor
) -> Tensor:
    """The program's output: a tenth of heads and context, added to the tokens."""
    added = F.leaky_relu(graph.linear1(0.1 * (heads + context) + tokens))
    multiplied = F.leaky_relu(graph.linear2(0.1 * (heads * context) + tokens))
    mixed: Tensor = graph.norm(added + multiplied)
    return mixed


def fuse_as_equation_5(
    graph: GraphCategoryRepresentation, tokens: Tensor, heads: Tensor, context: Tensor
) -> Tensor:
    """The paper's output: no class token, no factor, no norm."""
    del tokens
    return F.leaky_relu(graph.linear1(heads + context)) + F.leaky_relu(
        graph.linear2(heads * context)
    )


def fuse_as_first_released(
    graph: GraphCategoryRepresentation, tokens: Tensor, heads: Tensor, context: Tensor
) -> Tensor:
    """The first release's output: tokens instead of heads, and added once more at the end."""
    del heads
    added = F.leaky_relu(graph.linear1(tokens + context))
    multiplied = F.leaky_relu(graph.linear2(tokens * context))
    mixed: Tensor = graph.norm(added + multiplied)
    return mixed + tokens


TAILS: Mapping[str, PairFunction] = {
    "program": class_tokens_and_patches,
    "paper": patches_alone,
}
SIMILARITIES: Mapping[str, PairFunction] = {
    "program": scaled_products,
    "paper": plain_products,
    "cosine": cosines,
}
GATES: Mapping[str, PairFunction] = {"program": product_of_sums, "paper": inner_product}
FUSIONS: Mapping[str, Callable[[GraphCategoryRepresentation, Tensor, Tensor, Tensor], Tensor]] = {
    "program": fuse_with_residual,
    "paper": fuse_as_equation_5,
    "legacy": fuse_as_first_released,
    "renamed": fuse_with_residual,
}
