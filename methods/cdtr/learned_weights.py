"""The learned weights of the losses."""

import torch
from torch import Tensor, nn


class LearnedWeights(nn.Module):
    """One learned p a loss: a loss counts 0.5 / p^2 of itself, and ln(1 + p^2) keeps p bounded.

    Nothing keeps p from 0. At the published learning rates p hardly leaves 1, where it starts.

    Args:
        losses: How many.
    """

    def __init__(self, losses: int) -> None:
        super().__init__()
        self.params = nn.Parameter(torch.ones(losses))

    def forward(self, losses: Tensor) -> Tensor:
        """Losses (n,), in the order of the weights, to their total ()."""
        return (self.weights() * losses + torch.log(1 + self.params.square())).sum()

    def weights(self) -> Tensor:
        """What each loss is multiplied by, (n,); gradients reach the parameters."""
        return 0.5 / self.params.square()
