"""Localization maps and the labels that losses take from them; nothing here has a gradient."""

import torch
from torch import Tensor
from torch.nn import functional as F

from methods.more.settings import NetworkSettings, PseudoLabelSettings, Thresholds
from tests.reference import par
from tests.reference.network import Weights, cams

UNCERTAIN = 255
_MEAN = (123.675, 116.28, 103.53)
_STD = (58.395, 57.12, 57.375)


def multi_scale_cams(
    weights: Weights, images: Tensor, scales: tuple[float, ...], sizes: NetworkSettings
) -> tuple[Tensor, Tensor]:
    """CAM and auxiliary CAM (B, C, H, W) in [0, 1]; one image, scale and flip at a time."""
    size = tuple(images.shape[2:])
    scales = (1.0, *(scale for scale in scales if scale != 1.0))  # scale 1 always, and first
    result = []
    for image in images.split(1):
        total = [torch.zeros(()).to(image), torch.zeros(()).to(image)]
        for scale in scales:
            scaled = _resize(image, (int(scale * size[0]), int(scale * size[1])))
            plain = cams(weights, scaled, sizes)
            flipped = cams(weights, scaled.flip(3), sizes)
            for which in range(2):  # the CAM, the auxiliary CAM
                here, mirrored = _resize(plain[which], size), _resize(flipped[which], size)
                total[which] = total[which] + torch.maximum(here, mirrored.flip(3)).clamp(min=0)
        result.append([normalise(maps) for maps in total])
    cam, auxiliary = (torch.cat(maps) for maps in zip(*result, strict=True))
    return cam, auxiliary


def normalise(maps: Tensor) -> Tensor:
    """Every map of (B, C, H, W) from its own minimum to its own maximum."""
    normalised = torch.zeros_like(maps)
    for image, classes in enumerate(maps):
        for channel, values in enumerate(classes):
            shifted = values - values.min()
            normalised[image, channel] = shifted / (shifted.max() + 1e-5)
    return normalised


def cam_to_label(cam: Tensor, labels: Tensor, thresholds: Thresholds) -> Tensor:
    """Label (B, h, w) of every pixel of (B, C, h, w): a class, background 0 or uncertain 255."""
    result = torch.zeros(cam.shape[0], *cam.shape[2:], dtype=torch.int64)
    for image, (maps, present) in enumerate(zip(cam, labels, strict=True)):
        for row in range(maps.shape[1]):
            for column in range(maps.shape[2]):
                values = (present * maps[:, row, column]).tolist()
                best = max(values)
                label = values.index(best) + 1  # of equal ones the first
                if best <= thresholds.high:
                    label = UNCERTAIN
                if best <= thresholds.low:
                    label = 0
                result[image, row, column] = label
    return result


def grid_label(
    cam: Tensor, labels: Tensor, thresholds: Thresholds, grid: tuple[int, int]
) -> Tensor:
    """Label (B, h, w) of every patch."""
    return cam_to_label(_resize(cam, grid), labels, thresholds)


def affinity_mask(labels: Tensor) -> Tensor:
    """Whether two patches of (B, h, w) share a label: 1, 0, or 255 where nobody can say."""
    result = []
    for patches in labels.flatten(1).tolist():
        pairs = [[_alike(first, second) for second in patches] for first in patches]
        for index in range(len(patches)):
            pairs[index][index] = UNCERTAIN  # a patch says nothing about itself
        result.append(pairs)
    return torch.tensor(result)


def _alike(first: int, second: int) -> int:
    if first == UNCERTAIN or second == UNCERTAIN:
        return UNCERTAIN
    return int(first == second)


def refined_label(
    images: Tensor, cam: Tensor, labels: Tensor, settings: PseudoLabelSettings
) -> Tensor:
    """The decoder's target (B, H, W): PAR lets CAM and a constant background compete, twice."""
    colours = denormalise(images).to(torch.uint8).to(images) / 255  # truncated, as published
    half = _resize(colours, (images.shape[2] // 2, images.shape[3] // 2))
    result = []
    for image, maps, present in zip(half, cam, labels, strict=True):
        strict = _winner(image, maps, present, settings.refine.high, settings)
        generous = _winner(image, maps, present, settings.refine.low, settings)
        label = strict.clone()
        label[strict == 0] = UNCERTAIN
        label[(strict == 0) & (generous == 0)] = 0
        result.append(label)
    return torch.stack(result)


def _winner(
    image: Tensor, cam: Tensor, present: Tensor, background: float, settings: PseudoLabelSettings
) -> Tensor:
    """Class (H, W) of every pixel of one image, 0 where the background wins."""
    classes = present.nonzero().flatten().tolist()
    kept = torch.stack([torch.full_like(cam[0], background), *(cam[index] for index in classes)])
    scores = _resize(kept[None], tuple(image.shape[1:]))[0].softmax(dim=0)
    refined = par.refine(image, scores, settings.par.dilations, settings.par.iterations)
    winner = _resize(refined[None], tuple(cam.shape[1:]))[0].argmax(dim=0)
    ids = torch.tensor([0, *(index + 1 for index in classes)])
    return ids[winner]


def denormalise(images: Tensor) -> Tensor:
    """Normalised images (B, 3, H, W) to 0..255, neither rounded nor truncated."""
    std = torch.tensor(_STD).to(images)[:, None, None]
    return images * std + torch.tensor(_MEAN).to(images)[:, None, None]


def _resize(maps: Tensor, size: tuple[int, ...]) -> Tensor:
    return F.interpolate(maps, size=size, mode="bilinear", align_corners=False)
