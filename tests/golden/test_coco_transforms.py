"""The published program's COCO views: scale, flip, padding, crop, box, normalisation."""

import random

import numpy as np
import pytest

from methods.more.augmentation import draw_scaled_crop, normalise_float64, scaled_size
from methods.more.settings import AugmentationSettings
from tests.golden.golden import golden

SEEDS = range(4)
SETTINGS = AugmentationSettings(
    kind="scaled_crop",
    crop=128,
    scale=(0.32, 1.0),
    flip_probability=0.5,
    jitter=(0.4, 0.4, 0.2, 0.1),
    jitter_probability=0.8,
)


@pytest.mark.parametrize("seed", SEEDS)
def test_scaled_size(seed: int) -> None:
    recorded = golden("coco_transforms")
    height, width = recorded["image"].shape[:2]
    scale = random.Random(seed).uniform(*SETTINGS.scale)
    assert scaled_size(height, width, scale) == tuple(recorded["scaled_hw"][seed])


@pytest.mark.parametrize("seed", SEEDS)
def test_crop_and_box(seed: int) -> None:
    recorded = golden("coco_transforms")
    crop = draw_scaled_crop(
        recorded["image"], SETTINGS, random.Random(seed), np.random.RandomState(seed)
    )
    assert (crop.pixels == recorded[f"crop_seed{seed}"]).all()
    assert crop.box == tuple(recorded[f"box_seed{seed}"])


def test_normalised_pixels_are_bit_identical() -> None:
    recorded = golden("coco_transforms")
    normalised = normalise_float64(recorded["crop_seed0"])[::2, ::2]  # as it was recorded
    assert normalised.dtype == np.float32
    assert normalised.tobytes() == recorded["normalized_seed0"].tobytes()
