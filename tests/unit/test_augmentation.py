"""Training views depend on their seed alone, and their box tells content from padding."""

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from methods.data.transforms import normalise
from methods.more.augmentation import ScaledCrop, build_view, normalise_float64, transforms
from methods.more.settings import AugmentationSettings
from methods.training.dataset import View

RESIZED = AugmentationSettings(
    kind="resized_crop",
    crop=32,
    scale=(0.32, 1.0),
    ratio=(0.75, 4 / 3),
    flip_probability=0.5,
    jitter=(0.4, 0.4, 0.2, 0.1),
    jitter_probability=0.5,
)
SCALED = replace(RESIZED, kind="scaled_crop", ratio=None, jitter_probability=0.8)
SEEDS = [0, 1, 2, 3, 2**62 - 1]


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    """No black pixel, whatever the jitter does to it."""
    return np.random.default_rng(0).integers(60, 256, (48, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("seed", SEEDS)
def test_resized_crop_is_the_composition_of_torchvision(
    image: NDArray[np.uint8], seed: int
) -> None:
    composition = transforms.Compose(
        [
            transforms.RandomResizedCrop(
                32, (0.32, 1.0), (0.75, 4 / 3), transforms.InterpolationMode.BICUBIC
            ),
            transforms.RandomHorizontalFlip(0.5),
            transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.2, 0.1)], 0.5),
        ]
    )
    view = build_view(RESIZED)(image, seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        expected = normalise(np.array(composition(Image.fromarray(image))))
    assert torch.equal(view.pixels, expected)
    assert view.box.tolist() == [0, 32, 0, 32]


@pytest.mark.parametrize("settings", [RESIZED, SCALED], ids=["resized_crop", "scaled_crop"])
def test_a_view_leaves_the_generators_of_gpus_alone(
    image: NDArray[np.uint8], settings: AugmentationSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[int] = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    build_view(settings)(image, 3)
    assert seeded == []


@pytest.mark.parametrize("settings", [RESIZED, SCALED], ids=["resized_crop", "scaled_crop"])
def test_a_view_depends_on_its_seed_alone(
    image: NDArray[np.uint8], settings: AugmentationSettings
) -> None:
    make = build_view(settings)
    first = [make(image, seed) for seed in SEEDS]
    torch.manual_seed(99)
    random.seed(99)
    again = [make(image, seed) for seed in reversed(SEEDS)][::-1]
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one.pixels, other.pixels)
        assert torch.equal(one.box, other.box)
        assert one.pixels.shape == (3, 32, 32)
        assert one.pixels.dtype == torch.float32
        assert one.box.dtype == torch.int64
    assert not torch.equal(first[0].pixels, first[1].pixels)


@pytest.mark.parametrize("settings", [RESIZED, SCALED], ids=["resized_crop", "scaled_crop"])
def test_global_generators_are_left_alone(
    image: NDArray[np.uint8], settings: AugmentationSettings
) -> None:
    def states() -> tuple[bytes, bytes, bytes]:
        return (
            torch.random.get_rng_state().numpy().tobytes(),
            repr(random.getstate()).encode(),
            repr(np.random.get_state()).encode(),  # noqa: NPY002 (it is this one that is asked)
        )

    before = states()
    build_view(settings)(image, 5)
    assert states() == before


def views(image: NDArray[np.uint8], settings: AugmentationSettings) -> Iterator[View]:
    make = build_view(settings)
    return (make(image, seed) for seed in range(60))


def test_the_box_holds_the_content_and_nothing_else(image: NDArray[np.uint8]) -> None:
    black = normalise_float64(np.zeros((1, 1, 3), dtype=np.uint8))[0, 0]
    shapes = set()
    for view in views(image, SCALED):
        r0, r1, c0, c1 = view.box.tolist()
        padding = (view.pixels.numpy() == black[:, None, None]).all(axis=0)
        content = np.zeros((32, 32), dtype=bool)
        content[r0:r1, c0:c1] = True
        assert (padding == ~content).all()
        shapes.add((r1 - r0, c1 - c0))
    assert (32, 32) in shapes  # scaled to more than the crop
    assert min(shapes) < (20, 20)
    assert all(height >= int(0.32 * 48) and width >= int(0.32 * 40) for height, width in shapes)


def test_offsets_of_the_padding_reach_both_ends(image: NDArray[np.uint8]) -> None:
    smaller = replace(SCALED, scale=(0.5, 0.5))
    boxes = np.array([view.box.tolist() for view in views(image, smaller)])
    assert set(boxes[:, 1] - boxes[:, 0]) == {24}
    assert set(boxes[:, 3] - boxes[:, 2]) == {20}
    assert (boxes[:, 0].min(), boxes[:, 0].max()) == (0, 8)
    assert (boxes[:, 2].min(), boxes[:, 2].max()) == (0, 12)
    assert abs(np.corrcoef(boxes[:, 0], boxes[:, 2])[0, 1]) < 0.4


def test_the_two_generators_of_a_view_differ() -> None:
    """Seeded alike, Python's and NumPy's draw the same numbers."""
    draws, pads = ScaledCrop.generators(2**40 + 3)
    assert [draws.getrandbits(32) for _ in range(4)] != list(pads.randint(2**32, size=4))


@pytest.mark.parametrize(("probability", "flipped"), [(0.0, {False}), (1.0, {True})])
def test_flips_happen_with_their_probability(probability: float, flipped: set[bool]) -> None:
    image = np.full((32, 32, 3), 50, dtype=np.uint8)
    image[:, :16] = 200
    settings = replace(
        SCALED, scale=(1.0, 1.0), flip_probability=probability, jitter_probability=0.0
    )
    seen = {bool(view.pixels[0, 0, 0] < view.pixels[0, 0, -1]) for view in views(image, settings)}
    assert seen == flipped


def test_jitter_changes_colours_only(image: NDArray[np.uint8]) -> None:
    plain = replace(SCALED, jitter_probability=0.0)
    always = replace(SCALED, jitter_probability=1.0)
    for one, other in zip(views(image, plain), views(image, always), strict=True):
        assert torch.equal(one.box, other.box)
        assert not torch.equal(one.pixels, other.pixels)
