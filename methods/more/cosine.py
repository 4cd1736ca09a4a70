"""Unit vectors, of which dot products are cosines."""

from torch import Tensor
from torch.nn.functional import normalize


def unit(vectors: Tensor, dim: int) -> Tensor:
    """Divide the vectors along a dimension by their lengths (by 1e-8 where shorter); float32."""
    return normalize(vectors.float(), dim=dim, eps=1e-8)
