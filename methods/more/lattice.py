"""Permutohedral lattice: a fast, unnormalised, approximate Gaussian filter.

Adams, Baek, Davis, "Fast High-Dimensional Filtering Using the Permutohedral Lattice",
Eurographics 2010, without the optional normalisation. Points are spread (splatted) over the
vertices of the simplex they lie in, the vertices are blurred along each lattice axis, and the
points read the result back (sliced). It is no drop-in for an exact Gaussian: on image features
its output is about half as large.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import embedding_bag


class PermutohedralLattice:
    """The lattice of a batch of point sets, built once and used for any number of channels.

    The output is discontinuous in the features: where a point lies on the border of two
    simplices, one rounding error moves single values by tens of percent. So features stay
    float32, and an origin that is exactly zero must be passed as exactly zero.
    """

    def __init__(self, features: Tensor) -> None:
        """Place the points and find the neighbours of every vertex.

        Args:
            features: float32 (B, P, d), positions of P points per item in units of the Gaussian's
                standard deviation; items do not see each other.

        Raises:
            ValueError: the points spread too far for the vertices to be numbered in 64 bits.
        """
        batch, points, dimensions = features.shape
        self._d = dimensions
        self._points = (batch, points)
        elevated = _elevate(features.detach().float().flatten(0, 1).T)
        origin, rank = _enclosing_simplex(elevated)
        self._weights = _barycentric(elevated, origin, rank).T.contiguous()
        items = torch.arange(batch, device=features.device).repeat_interleave(points)
        codes, steps = _vertex_codes(origin, rank, items)
        self._splat_and_slice_tables(codes.T.contiguous())
        self._blur_tables(steps.tolist())

    def _splat_and_slice_tables(self, codes: Tensor) -> None:
        """Number the distinct vertices in the order of their codes."""
        ordered, order = codes.flatten().sort(stable=True)
        is_first = torch.ones_like(ordered, dtype=torch.bool)
        is_first[1:] = ordered[1:] != ordered[:-1]
        starts = is_first.nonzero().squeeze(1)
        self._vertex_codes = ordered[starts]
        vertex_of = torch.empty_like(ordered)
        vertex_of[order] = is_first.cumsum(0) - 1
        self._vertices = vertex_of.view_as(codes)
        # One more, empty bag: the vertex that stands for every missing neighbour and is always 0.
        self._splat_starts = torch.cat([starts, starts.new_tensor([ordered.numel()])])
        self._splat_points = order.div(self._d + 1, rounding_mode="floor")
        self._splat_weights = self._weights.flatten()[order]

    def _blur_tables(self, steps: list[int]) -> None:
        """For each axis the table (M+1, 3) of a vertex and its two neighbours."""
        codes = self._vertex_codes
        count = codes.numel()
        own = torch.arange(count + 1, device=codes.device)
        self._blur = []
        for step in steps:
            wanted = codes + step
            found = torch.searchsorted(codes, wanted).clamp_(max=count - 1)
            exists = codes[found] == wanted
            after = torch.full_like(own, count)
            after[:-1] = torch.where(exists, found, count)
            before = torch.full_like(own, count)
            before[found[exists]] = own[:-1][exists]
            self._blur.append(torch.stack([own, after, before], dim=1))
        kernel = torch.tensor([1.0, 0.5, 0.5], device=codes.device)
        self._kernel = kernel.expand(count + 1, 3).contiguous()

    def filter(self, values: Tensor) -> Tensor:
        """Sum the values of all points, weighted by about a Gaussian of their distance.

        Args:
            values: (B, K, P), K channels.

        Returns:
            float32 (B, K, P), without a gradient.
        """
        with torch.no_grad():
            rows = values.float().permute(0, 2, 1).flatten(0, 1).contiguous()
            field = _weighted_sums(
                self._splat_points, rows, self._splat_weights, self._splat_starts
            )
            for table in self._blur:
                field = _weighted_sums(table, field, self._kernel)
            gain = 1.0 / (1.0 + 2.0**-self._d)
            rows = _weighted_sums(self._vertices, field, self._weights * gain)
        return rows.view(*self._points, -1).permute(0, 2, 1)


def _weighted_sums(
    members: Tensor, rows: Tensor, weights: Tensor, starts: Tensor | None = None
) -> Tensor:
    # One fused kernel on both devices, with a fixed order of summation: unlike an indexed
    # addition it gives the same bits on every call on CUDA.
    return embedding_bag(members, rows, starts, mode="sum", per_sample_weights=weights)


def _elevate(features: Tensor) -> Tensor:
    """Map points (d, n) onto the hyperplane of (d+1, n) coordinates that sum to zero."""
    d, points = features.shape
    axis = torch.arange(d, dtype=torch.float64)[:, None]
    scale = math.sqrt(2 / 3) * (d + 1) / ((axis + 1) * (axis + 2)).sqrt()
    scaled = features * scale.to(features)
    elevated = features.new_empty(d + 1, points)
    total = torch.zeros_like(scaled[0])
    for j in range(d, 0, -1):
        elevated[j] = total - j * scaled[j - 1]
        total = total + scaled[j - 1]
    elevated[0] = total
    return elevated


def _enclosing_simplex(elevated: Tensor) -> tuple[Tensor, Tensor]:
    """Find the simplex that every point lies in.

    Args:
        elevated: float32 (d+1, n), coordinates that sum to zero.

    Returns:
        Its vertex of colour 0, int64 (d+1, n), and the rank of every coordinate's residual, int64
        (d+1, n): 0 for the largest; of equal residuals the first is the larger.
    """
    sides = len(elevated)
    quotient = elevated / sides
    above, below = quotient.ceil() * sides, quotient.floor() * sides
    nearest = torch.where(above - elevated < elevated - below, above, below)
    residual = elevated - nearest
    origin = nearest.long()
    # Coordinates must sum to zero; what rounding added or lost shifts the ranks.
    rank = origin.sum(dim=0).div(sides, rounding_mode="floor").repeat(sides, 1)
    for i in range(sides):
        for j in range(i + 1, sides):
            smaller = residual[i] < residual[j]
            rank[i] += smaller
            rank[j] += ~smaller
    wrap = sides * ((rank < 0).long() - (rank >= sides).long())
    return origin + wrap, rank + wrap


def _barycentric(elevated: Tensor, origin: Tensor, rank: Tensor) -> Tensor:
    """Weights (d+1, n) of the simplex's vertices, by colour; they sum to 1 at every point."""
    sides = len(elevated)
    residual = (elevated - origin) / sides
    rising = torch.empty_like(residual).scatter_(0, sides - 1 - rank, residual)
    return rising.diff(dim=0, prepend=rising[-1:] - 1)


def _vertex_codes(origin: Tensor, rank: Tensor, items: Tensor) -> tuple[Tensor, Tensor]:
    """Number the vertices of all simplices.

    Of a vertex's d+1 coordinates, which sum to zero, the first d identify it. With the item they
    become the digits of one number. Digits leave room for all neighbours, so that the next vertex
    along an axis (+d there, -1 on the others) is a constant step away.

    Args:
        origin: int64 (d+1, n), vertices of colour 0.
        rank: int64 (d+1, n), a permutation at every point.
        items: int64 (n,), the item of every point.

    Returns:
        Codes (d+1, n) by colour and the steps (d+1,) along the axes, both int64.
    """
    sides = len(origin)
    d = sides - 1
    digits = origin[:d] - origin[:d].amin(dim=1, keepdim=True) + 2 * d
    sizes: list[int] = (digits.amax(dim=1) + 2 * d + 1).tolist()
    capacity = math.prod(sizes)
    if (int(items[-1]) + 1) * capacity >= 2**63:
        raise ValueError(f"lattice of {sizes} places a side: standard deviations are too small")
    strides = torch.tensor(
        [math.prod(sizes[axis + 1 :]) for axis in range(d)] + [0], device=origin.device
    )
    steps = sides * strides - strides.sum()
    # From one colour to the next leads a step back along the axis of the smallest residual left.
    axes = torch.arange(sides, device=rank.device)[:, None].expand_as(rank)
    by_rank = torch.empty_like(rank).scatter_(0, rank, axes)
    walk = -steps[by_rank[1:].flip(0)]
    first = items * capacity + (digits * strides[:d, None]).sum(dim=0)
    return torch.cat([first[None], walk]).cumsum(dim=0), steps
