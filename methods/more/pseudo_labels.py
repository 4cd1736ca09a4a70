"""Labels made from localization maps and image-level labels.

Label values everywhere: 0 background, 1..C the classes in order, 255 uncertain.
"""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.data.labels import IGNORE
from methods.data.transforms import IMAGENET_MEAN, IMAGENET_STD
from methods.more.par import PixelAdaptiveRefinement
from methods.more.settings import Thresholds

_MEAN = tuple(255 * value for value in IMAGENET_MEAN)  # in colour levels
_STD = tuple(255 * value for value in IMAGENET_STD)


def normalise_cam(maps: Tensor) -> Tensor:
    """Scale each map (..., H, W) from its smallest value to its largest: 0 to just below 1."""
    shifted = maps - maps.amin(dim=(-2, -1), keepdim=True)
    return shifted / (shifted.amax(dim=(-2, -1), keepdim=True) + 1e-5)


def cam_to_label(
    cam: Tensor, labels: Tensor, thresholds: Thresholds, box: Tensor | None = None
) -> Tensor:
    """Label each pixel with its strongest present class, background, or uncertain between them.

    Args:
        cam: (B, C, h, w), normalised.
        labels: (B, C) multi-hot.
        thresholds: above `high` a class; at or below `low` background.
        box: (B, 4) rows and columns (r0, r1, c0, c1), half-open; outside it uncertain.

    Returns:
        int64 (B, h, w). The first of equal classes wins.
    """
    strongest, index = (labels[:, :, None, None] * cam).max(dim=1)
    result = (index + 1).masked_fill(strongest <= thresholds.high, IGNORE)
    result = result.masked_fill(strongest <= thresholds.low, 0)
    if box is not None:
        result = result.masked_fill(outside_box(box, result.shape[1:]), IGNORE)
    return result


def grid_label(
    cam: Tensor,
    labels: Tensor,
    thresholds: Thresholds,
    size: tuple[int, int],
    box: Tensor | None = None,
) -> Tensor:
    """`cam_to_label` of a CAM resized to the patch grid: int64 (B, *size); `box` in patches."""
    small = interpolate(cam, size=size, mode="bilinear", align_corners=False)
    return cam_to_label(small, labels, thresholds, box)


def patch_box(box: Tensor, patch_size: int) -> Tensor:
    """The patches that lie wholly inside boxes (B, 4) of pixels, as boxes of patches (B, 4).

    A box too small to hold a patch becomes an empty one.
    """
    r0, r1, c0, c1 = box.unbind(dim=1)
    first = [-(-start // patch_size) for start in (r0, c0)]
    behind = [end // patch_size for end in (r1, c1)]
    return torch.stack([first[0], behind[0], first[1], behind[1]], dim=1)


def affinity_mask(grid_labels: Tensor) -> Tensor:
    """Tell which pairs of patches share a label.

    Args:
        grid_labels: (B, h, w).

    Returns:
        int64 (B, h * w, h * w): 1 equal, 0 different, 255 where either is uncertain and on the
        diagonal.
    """
    flat = grid_labels.flatten(1)
    uncertain = flat == IGNORE
    equal = (flat[:, :, None] == flat[:, None, :]).long()
    itself = torch.eye(flat.shape[1], dtype=torch.bool, device=flat.device)
    return equal.masked_fill(uncertain[:, :, None] | uncertain[:, None, :] | itself, IGNORE)


def denormalise(images: Tensor) -> Tensor:
    """Undo ImageNet's normalisation: (B, 3, H, W) float32 colours of about 0 to 255.

    Product and sum are rounded one after the other: fusing them would move some truncated pixels.
    """
    std = torch.tensor(_STD, device=images.device).view(3, 1, 1)
    mean = torch.tensor(_MEAN, device=images.device).view(3, 1, 1)
    return images.float() * std + mean


def outside_box(box: Tensor, size: torch.Size | tuple[int, int]) -> Tensor:
    """Bool (B, H, W): pixels outside the half-open boxes (B, 4) of (r0, r1, c0, c1)."""
    rows = torch.arange(size[0], device=box.device)[:, None]
    columns = torch.arange(size[1], device=box.device)
    r0, r1, c0, c1 = box[:, :, None, None].unbind(dim=1)
    return (rows < r0) | (rows >= r1) | (columns < c0) | (columns >= c1)


@torch.no_grad()
def refine_labels(
    images: Tensor,
    cam: Tensor,
    labels: Tensor,
    thresholds: Thresholds,
    par: PixelAdaptiveRefinement,
    box: Tensor | None = None,
) -> Tensor:
    """Labels for the segmentation loss: the CAM refined against two constant backgrounds.

    Where the class wins against the high background it is kept; where the background wins even
    at the low level it is background; between them the pixel is uncertain.

    Args:
        images: (B, 3, H, W), normalised.
        cam: (B, C, H, W), normalised.
        labels: (B, C) multi-hot.
        thresholds: the two background levels.
        par: refinement at half the image size.
        box: (B, 4) rows and columns (r0, r1, c0, c1), half-open; outside it uncertain.

    Returns:
        int64 (B, H, W).
    """
    height, width = images.shape[-2:]
    half = (height // 2, width // 2)
    # The published program goes through bytes, which truncates.
    colours = denormalise(images).to(torch.uint8).float() / 255
    affinity = par.affinity(interpolate(colours, size=half, mode="bilinear", align_corners=False))
    present, classes = _present_classes(labels)
    index = (classes - 1)[:, :, None, None].expand(-1, -1, height, width)
    maps = interpolate(cam.gather(1, index), size=half, mode="bilinear", align_corners=False)
    maps = maps.masked_fill(~present[:, :, None, None], -torch.inf)
    # The affinity is the same for both levels: they pass through it as channels of one image.
    levels = [
        torch.cat([torch.full_like(maps[:, :1], level), maps], dim=1).softmax(dim=1)
        for level in (thresholds.high, thresholds.low)
    ]
    refined = par.refine(torch.cat(levels, dim=1), affinity)
    refined = interpolate(refined, size=(height, width), mode="bilinear", align_corners=False)
    with_background = torch.cat([torch.zeros_like(classes[:, :1]), classes], dim=1)
    high, low = (
        # max, as argmax takes ten times as long over a dimension that is not the last
        with_background.gather(1, part.max(dim=1).indices.flatten(1)).view(-1, height, width)
        for part in refined.chunk(2, dim=1)
    )
    result = high.masked_fill(high == 0, IGNORE).masked_fill((high == 0) & (low == 0), 0)
    if box is not None:
        result = result.masked_fill(outside_box(box, (height, width)), IGNORE)
    return result


def _present_classes(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Classes 1..C of each image in order, (B, P) for the largest P, and which of them count."""
    counts = (labels > 0).sum(dim=1)
    most = max(int(counts.max()), 1)  # a batch without any class keeps one empty map
    order = (labels > 0).to(torch.uint8).argsort(dim=1, descending=True, stable=True)
    classes = order[:, :most] + 1
    present = torch.arange(most, device=labels.device) < counts[:, None]
    return present, classes
