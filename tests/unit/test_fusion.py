"""Upsampling and fusion against torch and against the definitions."""

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from methods.postprocess.fusion import (
    fuse_logits,
    fuse_maps,
    seed_labels,
    softmax,
    upsample_bilinear,
)


def resize(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    return interpolate(maps, size=size, mode="bilinear", align_corners=False)


def random_maps(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 5, shape).astype(np.float32)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((28, 28), (375, 500)),
        ((42, 42), (500, 334)),
        ((14, 14), (101, 143)),
        ((9, 13), (9, 13)),
        ((60, 50), (31, 17)),  # downwards, too
        ((1, 5), (7, 2)),
    ],
)
def test_upsampling_equals_torch(source: tuple[int, int], target: tuple[int, int]) -> None:
    maps = random_maps(0, 2, 3, *source)
    expected = resize(torch.from_numpy(maps), target).numpy()
    found = upsample_bilinear(maps, target)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def test_upsampling_keeps_constants_and_range() -> None:
    assert np.allclose(upsample_bilinear(np.full((1, 3, 3), 2.5, np.float32), (50, 40)), 2.5)
    maps = random_maps(1, 2, 6, 5)
    upsampled = upsample_bilinear(maps, (77, 91))
    assert upsampled.max() <= maps.max() + 1e-5
    assert upsampled.min() >= maps.min() - 1e-5


def test_logits_are_the_maximum_over_scales_of_plain_plus_mirrored() -> None:
    """As the published program: upsample first, mirror back at full size, then add."""
    stored = {"scale_0.86": random_maps(2, 2, 4, 12, 12), "scale_1": random_maps(3, 2, 4, 14, 14)}
    sums = []
    for pair in stored.values():
        plain, mirrored = resize(torch.from_numpy(pair), (60, 85))
        sums.append(plain + mirrored.flip(-1))
    expected = torch.stack(sums).amax(0).numpy()
    found = fuse_logits(stored, (60, 85), (0.86, 1.0), flip=True)
    assert np.abs(found - expected).max() <= 5e-6 * np.abs(expected).max()


def test_raw_logits_are_those_of_the_image_at_scale_one() -> None:
    stored = {"scale_1": random_maps(4, 2, 4, 14, 14)}
    expected = resize(torch.from_numpy(stored["scale_1"][:1]), (60, 85))[0].numpy()
    assert np.allclose(fuse_logits(stored, (60, 85), (1.0,), flip=False), expected, atol=1e-5)


def test_fusion_leaves_the_stored_logits_alone() -> None:
    stored = {"scale_1": random_maps(5, 2, 3, 8, 8), "scale_2": random_maps(6, 2, 3, 8, 8)}
    before = {key: value.copy() for key, value in stored.items()}
    fuse_logits(stored, (8, 8), (1.0, 2.0), flip=False)
    assert all((stored[key] == before[key]).all() for key in stored)


def test_softmax_of_large_logits_is_finite() -> None:
    probabilities = softmax(np.array([[[1000.0]], [[998.0]]], dtype=np.float32))
    assert np.allclose(probabilities.sum(axis=0), 1)
    assert probabilities[0, 0, 0] == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.mark.parametrize("kind", ["cam", "lam"])
def test_maps_follow_the_definition(kind: str) -> None:
    stored = {f"{kind}_1": random_maps(7, 2, 2, 14, 14), f"{kind}_0.5": random_maps(8, 2, 2, 7, 7)}
    summed = torch.zeros(2, 112, 112)
    for pair in stored.values():
        plain, mirrored = resize(torch.from_numpy(pair), (112, 112))
        fused = torch.maximum(plain, mirrored.flip(-1))
        summed += fused if kind == "lam" else fused.relu()
    shifted = summed - summed.amin((1, 2), keepdim=True)
    normalised = shifted / (shifted.amax((1, 2), keepdim=True) + 1e-5)
    expected = resize(normalised[None], (90, 130))[0].numpy()
    found = fuse_maps(stored, kind, (1.0, 0.5), 112, (90, 130))
    assert np.abs(found - expected).max() <= 1e-5
    assert found.min() >= 0
    assert found.max() < 1


def test_lam_keeps_what_lies_below_zero() -> None:
    ramp = np.linspace(-3, -1, 14, dtype=np.float32) * np.ones((2, 1, 14, 1), dtype=np.float32)
    assert fuse_maps({"lam_1": ramp}, "lam", (1.0,), 14, (14, 14)).max() > 0.99
    assert fuse_maps({"cam_1": ramp}, "cam", (1.0,), 14, (14, 14)).max() == 0


def test_seed_is_the_class_of_the_highest_map_above_the_threshold() -> None:
    maps = np.array([[[0.6, 0.5, 0.9, 0.2]], [[0.7, 0.1, 0.9, 0.3]]], dtype=np.float32)
    labels = seed_labels(maps, np.array([3, 17]), 0.5)
    # class 17; exactly at the threshold; equal maps: the first class; below the threshold
    assert labels.tolist() == [[18, 0, 4, 0]]
    assert labels.dtype == np.uint8


def test_image_without_a_class_is_background() -> None:
    labels = seed_labels(np.zeros((0, 3, 4), np.float32), np.zeros(0, np.int64), 0.5)
    assert labels.shape == (3, 4)
    assert not labels.any()
