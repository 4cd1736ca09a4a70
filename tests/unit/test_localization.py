"""Localization maps over scales, and what of them the training forward gives for nothing."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from methods.more.formulation import Formulation
from methods.more.localization import fused_map, multi_scale_maps, score_map
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings
from methods.settings import build
from tests.unit.small_run import CLASSES, record_passes, small_run

SCALES = (0.5, 1.0, 1.34)  # of 48: 24, 48 and 64 pixels


def small_network(formulation: Formulation | None = None, precision: str = "fp32") -> MoRe:
    torch.manual_seed(1)
    sizes = build(NetworkSettings, small_run()["network"])
    return MoRe(sizes, len(CLASSES), formulation or Formulation(), precision)


@pytest.fixture
def images() -> Tensor:
    torch.manual_seed(2)
    return torch.randn(3, 3, 48, 48)


def looped(model: MoRe, images: Tensor, which: str, rectify: bool) -> Tensor:
    """One image, scale, mirroring and class at a time, as section 3 of the method says."""
    result = torch.zeros(len(images), len(CLASSES), 48, 48)
    for number, image in enumerate(images):
        for scale in (1.0, 0.5, 1.34):
            side = int(scale * 48)
            view = interpolate(image[None], (side, side), mode="bilinear", align_corners=False)
            both = []
            for mirrored in (False, True):
                with torch.no_grad():
                    shown = view.flip(-1) if mirrored else view
                    raw = getattr(model.forward_cams(shown, with_lam=True), which)
                large = interpolate(raw, (48, 48), mode="bilinear", align_corners=False)[0]
                both.append(large.flip(-1) if mirrored else large)
            larger = torch.maximum(*both)
            result[number] += larger.clamp(min=0) if rectify else larger
        for maps in result[number]:
            maps -= maps.min().clone()
            maps /= maps.max() + 1e-5
    return result


@pytest.mark.parametrize("lam", ["program", "paper"])
def test_maps_over_scales_equal_a_loop(images: Tensor, lam: str) -> None:
    model = small_network(Formulation(lam=lam))
    maps = multi_scale_maps(model, images, SCALES, with_lam=True)
    assert maps.lam is not None
    torch.testing.assert_close(maps.cam, looped(model, images, "cam", True))
    torch.testing.assert_close(maps.auxiliary_cam, looped(model, images, "auxiliary_cam", True))
    torch.testing.assert_close(maps.lam, looped(model, images, "lam", False))


def test_scale_one_is_always_included(images: Tensor) -> None:
    model = small_network()
    with_it = multi_scale_maps(model, images, (1.0, 0.5))
    without = multi_scale_maps(model, images, (0.5,))
    assert torch.equal(with_it.cam, without.cam)


@pytest.mark.parametrize("with_lam", [False, True])
def test_a_known_pass_gives_the_maps_of_its_own(images: Tensor, with_lam: bool) -> None:
    model = small_network()
    with torch.no_grad():
        plain = model.maps_of(model(images), with_lam=True)
        separate = model.forward_cams(images, with_lam=True)
    for found, expected in zip(plain, separate, strict=True):
        torch.testing.assert_close(found, expected)

    passes = record_passes(model)
    shared = multi_scale_maps(model, images, SCALES, with_lam=with_lam, plain=plain)
    assert [(len(x.patches), x.grid) for x in passes] == [(3, (6, 6)), (6, (3, 3)), (6, (8, 8))]
    anew = multi_scale_maps(model, images, SCALES, with_lam=with_lam)
    assert (shared.lam is not None) == with_lam
    for found, expected in zip(shared, anew, strict=True):
        torch.testing.assert_close(found, expected)


def test_precision_of_the_passes_is_not_the_network_s_own(images: Tensor) -> None:
    model = small_network()
    low = multi_scale_maps(model, images, (1.0,), precision="bf16").cam
    assert model.precision == "fp32"
    assert torch.equal(low, multi_scale_maps(small_network(precision="bf16"), images, (1.0,)).cam)
    assert not torch.equal(low, multi_scale_maps(model, images, (1.0,)).cam)


def test_score_map_and_its_product_with_the_cam() -> None:
    lam = torch.tensor([[[[-4.0, 0.0], [2.0, 4.0]]]])
    score = score_map(lam, (2, 2))
    torch.testing.assert_close(
        score, torch.tensor([[[[0.0, 0.5], [0.75, 1.0]]]]), atol=2e-6, rtol=0
    )
    fused = fused_map(score, torch.tensor([[[[1.0, 0.2], [0.4, 0.5]]]]))
    torch.testing.assert_close(fused, torch.tensor([[[[0, 0.2], [0.6, 1]]]]), atol=5e-5, rtol=0)
