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
        elevated = _elevate(features.detach().float().flatten(0, 1))
        origin, rank, self._weights = _enclosing_simplex(elevated)
        items = torch.arange(batch, device=features.device).repeat_interleave(points)
        codes, steps = _vertex_codes(origin, rank, items)
        self._splat_and_slice_tables(codes)
        self._blur_tables(steps)

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
    """Map (n, d) points onto the hyperplane of (n, d+1) coordinates that sum to zero."""
    d = features.shape[1]
    axis = torch.arange(d, dtype=torch.float64)
    scale = math.sqrt(2 / 3) * (d + 1) / ((axis + 1) * (axis + 2)).sqrt()
    scaled = features * scale.to(features)
    elevated = features.new_empty(len(features), d + 1)
    total = torch.zeros_like(scaled[:, 0])
    for j in range(d, 0, -1):
        elevated[:, j] = total - j * scaled[:, j - 1]
        total = total + scaled[:, j - 1]
    elevated[:, 0] = total
    return elevated


def _enclosing_simplex(elevated: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Find the simplex that every point lies in.

    Args:
        elevated: float32 (n, d+1), coordinates that sum to zero.

    Returns:
        Its 0-coloured vertex, int64 (n, d+1); the rank of every coordinate's residual, 0 for the
        largest, int64 (n, d+1); and the barycentric weights of its d+1 vertices, (n, d+1).
    """
    sides = elevated.shape[1]
    quotient = elevated / sides
    above, below = quotient.ceil() * sides, quotient.floor() * sides
    nearest = torch.where(above - elevated < elevated - below, above, below)
    order = (elevated - nearest).argsort(dim=1, descending=True, stable=True)
    rank = torch.empty_like(order)
    rank.scatter_(1, order, torch.arange(sides, device=order.device).expand_as(order))
    origin = nearest.long()
    rank = rank + origin.sum(dim=1, keepdim=True).div(sides, rounding_mode="floor")
    wrap = (rank < 0).long() - (rank >= sides).long()
    rank, origin = rank + sides * wrap, origin + sides * wrap
    residual = (elevated - origin) / sides
    falling = torch.empty_like(residual).scatter_(1, sides - 1 - rank, residual)
    weights = falling.diff(dim=1, prepend=falling[:, -1:] - 1)
    return origin, rank, weights


def _vertex_codes(origin: Tensor, rank: Tensor, items: Tensor) -> tuple[Tensor, list[int]]:
    """Number the vertices of all simplices.

    The d+1 coordinates of a vertex sum to zero, so the first d identify it; they and the item
    become the digits of one number. Digits leave room for a neighbour's, so that a neighbour is
    a constant step away.

    Returns:
        int64 (n, d+1), and the steps to the next vertex along the d+1 axes.
    """
    sides = origin.shape[1]
    d = sides - 1
    colour = torch.arange(sides, device=origin.device)
    wrapped = rank[:, None, :d] > d - colour[:, None]
    vertices = origin[:, None, :d] + colour[:, None] - sides * wrapped.long()
    lowest = vertices.amin(dim=(0, 1)) - d
    sizes: list[int] = (vertices.amax(dim=(0, 1)) + d + 1 - lowest).tolist()
    if int(items[-1] + 1) * math.prod(sizes) >= 2**63:
        raise ValueError(f"lattice of {sizes} vertices a side: the standard deviations are too small")
    strides = [math.prod(sizes[axis + 1 :]) for axis in range(d)]
    codes = items[:, None] * math.prod(sizes)
    codes = codes + ((vertices - lowest) * torch.tensor(strides, device=origin.device)).sum(dim=-1)
    everywhere = -sum(strides)
    return codes, [everywhere + sides * stride for stride in strides] + [everywhere]
