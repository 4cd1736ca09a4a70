"""Localization maps over scales and mirror images: CAM, auxiliary CAM and LAM."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.more.network import CamOutput, MoRe
from methods.more.pseudo_labels import normalise_cam


@torch.no_grad()
def multi_scale_maps(
    model: MoRe,
    images: Tensor,
    scales: tuple[float, ...],
    *,
    with_lam: bool = False,
    plain: CamOutput | None = None,
    precision: Literal["fp32", "bf16"] | None = None,
) -> CamOutput:
    """CAM, auxiliary CAM and, if asked, LAM over scales and mirror images.

    At each scale the larger of the plain and the mirrored map counts, of the CAMs without its
    negative part; scales add up. Scale 1 comes first and is always included.

    Args:
        model: the network.
        images: (B, 3, H, W), normalised.
        scales: relative image sizes.
        with_lam: whether the LAM is wanted, too.
        plain: raw maps of the images as they are, where another pass has already made them; with
            the LAM if that is wanted.
        precision: of the encoder in these passes; None: the network's own.

    Returns:
        Maps float32 (B, C, H, W), each normalised to 0 to 1.
    """
    height, width = images.shape[-2:]
    pairs = torch.cat([images, images.flip(-1)])
    sums: list[Tensor] = []
    with _encoder_precision(model, precision or model.precision):
        for scale in (1.0, *(s for s in scales if s != 1.0)):
            if scale == 1.0:
                raw = paired_maps(model, pairs, with_lam=with_lam, plain=plain)
            else:
                size = (int(scale * height), int(scale * width))
                views = interpolate(pairs, size=size, mode="bilinear", align_corners=False)
                raw = paired_maps(model, views, with_lam=with_lam)
            maps = [_merge_flips(m, (height, width)) for m in _maps(raw)]
            for cam in maps[:2]:
                cam.relu_()
            sums = [total + m for total, m in zip(sums, maps, strict=True)] if sums else maps
    return CamOutput(*(normalise_cam(total) for total in sums))


def paired_maps(
    model: MoRe, pairs: Tensor, *, with_lam: bool, plain: CamOutput | None = None
) -> CamOutput:
    """Raw maps (2B, C, h, w) of images and, behind them, of their mirror images.

    Args:
        model: the network.
        pairs: (2B, 3, H, W), normalised.
        with_lam: whether the LAM is wanted, too.
        plain: maps of the first half, where another pass has already made them; the network then
            sees the mirror images alone.
    """
    if plain is None:
        return model.forward_cams(pairs, with_lam=with_lam)
    mirrored = _maps(model.forward_cams(pairs.chunk(2)[1], with_lam=with_lam))
    # A LAM that is known but not wanted is left out.
    known = _maps(plain)[: len(mirrored)]
    return CamOutput(*(torch.cat(both) for both in zip(known, mirrored, strict=True)))


def score_map(lam: Tensor, size: tuple[int, int]) -> Tensor:
    """Raw LAM (B, C, h, w) of one scale without mirror image at `size`, normalised to 0 to 1.

    The map that the published program scores while it trains.
    """
    return normalise_cam(_resize(lam, size))


def fused_map(score: Tensor, cam: Tensor) -> Tensor:
    """Product of normalised maps (B, C, H, W) of one size, normalised again."""
    return normalise_cam(score * cam)


def _maps(output: CamOutput) -> list[Tensor]:
    return [maps for maps in output if maps is not None]


def _merge_flips(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """The larger of plain and un-mirrored maps (2B, C, h, w), at `size`."""
    plain, mirrored = _resize(maps, size).chunk(2)
    return torch.maximum(plain, mirrored.flip(-1))


def _resize(maps: Tensor, size: tuple[int, int]) -> Tensor:
    return interpolate(maps.float(), size=size, mode="bilinear", align_corners=False)


@contextmanager
def _encoder_precision(model: MoRe, precision: Literal["fp32", "bf16"]) -> Iterator[None]:
    own, model.precision = model.precision, precision
    try:
        yield
    finally:
        model.precision = own
