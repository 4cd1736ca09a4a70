"""The deformable convolution tap by tap, whose mean over all positions SKI computes at once."""

import torch
from torch import Tensor


def deform_conv2d(maps: Tensor, offsets: Tensor, weight: Tensor) -> Tensor:
    """Maps (B, C, h, w), offsets (B, 18, h, w) and a kernel (O, C, 3, 3): (B, O, h, w).

    Channel 2 * k of the offsets holds dy of tap k and 2 * k + 1 its dx, in pixels.
    """
    height, width = maps.shape[-2:]
    result = torch.zeros((), dtype=maps.dtype)
    for tap in range(9):
        i, j = divmod(tap, 3)
        rows = torch.arange(height)[:, None] + i - 1 + offsets[:, 2 * tap]
        columns = torch.arange(width) + j - 1 + offsets[:, 2 * tap + 1]
        read = between_pixels(maps, rows, columns)
        result = result + torch.einsum("oc,bchw->bohw", weight[:, :, i, j], read)
    return result


def between_pixels(maps: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Maps (B, C, h, w) read bilinearly at positions (B, h, w), zero a pixel outside and beyond."""
    height, width = maps.shape[-2:]
    counts = (rows > -1) & (rows < height) & (columns > -1) & (columns < width)
    top, left = rows.detach().floor(), columns.detach().floor()
    down, right = rows - top, columns - left
    image = torch.arange(len(maps))[:, None, None]
    result = torch.zeros((), dtype=maps.dtype)
    for y, row_share in ((top, 1 - down), (top + 1, down)):
        for x, column_share in ((left, 1 - right), (left + 1, right)):
            inside = counts & (y >= 0) & (y < height) & (x >= 0) & (x < width)
            corner = maps[image, :, y.clamp(0, height - 1).long(), x.clamp(0, width - 1).long()]
            share = torch.where(inside, row_share * column_share, 0)
            result = result + corner.movedim(-1, 1) * share[:, None]
    return result
