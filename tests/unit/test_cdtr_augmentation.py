"""Training views of CDTR are timm's, and depend on their seed alone."""

import random
from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageOps

from methods.cdtr.augmentation import TimmView, posterize
from methods.cdtr.settings import AugmentationSettings
from methods.data.transforms import normalise
from methods.settings import build
from methods.torch_compat import define_missing_operators
from methods.training.seeding import seeded_generators
from tests.unit.small_cdtr_run import small_run

define_missing_operators()

from timm.data.auto_augment import rand_augment_transform  # noqa: E402
from timm.data.random_erasing import RandomErasing  # noqa: E402
from timm.data.transforms import RandomResizedCropAndInterpolation  # noqa: E402
from torchvision import transforms  # noqa: E402

SETTINGS = build(AugmentationSettings, small_run()["training"]["augmentation"])
PLAIN = replace(SETTINGS, flip_probability=0.0, rand_augment="rand-n0", erasing_probability=0.0)
SEEDS = [0, 1, 2, 3, 2**62 - 1]


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    coarse = np.random.default_rng(0).integers(0, 256, (9, 11, 3), dtype=np.uint8)
    return np.array(Image.fromarray(coarse).resize((110, 90), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("seed", [*SEEDS, *range(10, 40)])
def test_a_view_is_the_published_composition(image: NDArray[np.uint8], seed: int) -> None:
    hints = {
        "translate_const": int(64 * 0.45),
        "img_mean": tuple(round(255 * mean) for mean in (0.485, 0.456, 0.406)),
        "interpolation": Image.Resampling.BICUBIC,
    }
    assert hints["img_mean"] == (124, 116, 104)
    composition = transforms.Compose(
        [
            RandomResizedCropAndInterpolation(64, (0.08, 1.0), (3 / 4, 4 / 3), "bicubic"),
            transforms.RandomHorizontalFlip(0.5),
            rand_augment_transform("rand-m9-mstd0.5-inc1", hints),
            transforms.ToTensor(),
            transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            RandomErasing(0.25, mode="pixel", max_count=1, device="cpu"),
        ]
    )
    settings = replace(SETTINGS, ratio=(3 / 4, 4 / 3))
    view = TimmView(settings)(image, seed)
    with seeded_generators(seed):
        expected = composition(Image.fromarray(image))
    assert torch.equal(view.pixels, expected)
    assert view.box.tolist() == [0, 64, 0, 64]
    assert view.pixels.shape == (3, 64, 64)
    assert view.pixels.dtype == torch.float32


def test_a_view_depends_on_its_seed_alone(image: NDArray[np.uint8]) -> None:
    make = TimmView(SETTINGS)
    first = [make(image, seed).pixels for seed in SEEDS]
    torch.manual_seed(99)
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002
    again = [make(image, seed).pixels for seed in reversed(SEEDS)][::-1]
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])


def test_global_generators_are_left_alone(image: NDArray[np.uint8]) -> None:
    def states() -> tuple[bytes, str, str]:
        return (
            torch.random.get_rng_state().numpy().tobytes(),
            repr(random.getstate()),
            repr(np.random.get_state()),  # noqa: NPY002
        )

    before = states()
    make = TimmView(SETTINGS)
    for seed in SEEDS:
        make(image, seed)
    assert states() == before


def test_the_generators_of_gpus_are_left_alone(
    image: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[int] = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded.append)
    TimmView(SETTINGS)(image, 3)
    assert seeded == []


def test_generators_are_put_back_behind_an_error() -> None:
    before = random.getstate(), torch.random.get_rng_state()
    with pytest.raises(KeyError), seeded_generators(3):
        random.random()
        raise KeyError
    assert random.getstate() == before[0]
    assert torch.equal(torch.random.get_rng_state(), before[1])


def test_the_generators_of_a_view_differ() -> None:
    """Seeded alike, Python's and NumPy's draw the same numbers."""
    with seeded_generators(2**40 + 3):
        python = [random.getrandbits(32) for _ in range(4)]
        numpy = np.random.randint(2**32, size=4, dtype=np.uint32).tolist()  # noqa: NPY002
    assert python != numpy


def test_whole_images_without_chance_are_only_resized_and_normalised() -> None:
    square = np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    whole = replace(PLAIN, scale=(1.0, 1.0), ratio=(1.0, 1.0))
    torch.testing.assert_close(TimmView(whole)(square, 0).pixels, normalise(square))
    flipped = TimmView(replace(whole, flip_probability=1.0))(square, 0).pixels
    torch.testing.assert_close(flipped, normalise(square[:, ::-1].copy()))


def test_erased_pixels_are_noise_about_zero(image: NDArray[np.uint8]) -> None:
    """It comes behind the normalisation, and in one rectangle."""
    always = TimmView(replace(PLAIN, erasing_probability=1.0))
    for seed in SEEDS:
        plain, erased = TimmView(PLAIN)(image, seed).pixels, always(image, seed).pixels
        changed = (plain != erased).any(dim=0)
        rows, columns = changed.any(dim=1), changed.any(dim=0)
        assert changed.sum() == rows.sum() * columns.sum() > 0.01 * changed.numel()
        assert erased[:, changed].std() == pytest.approx(1, abs=0.2)


def test_rand_augment_changes_many_views_but_not_all(image: NDArray[np.uint8]) -> None:
    with_it = replace(PLAIN, rand_augment="rand-m9-mstd0.5-inc1")
    same = [
        torch.equal(TimmView(PLAIN)(image, seed).pixels, TimmView(with_it)(image, seed).pixels)
        for seed in range(40)
    ]
    assert 2 < sum(same) < 30


@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize_is_pillows(image: NDArray[np.uint8], bits: int) -> None:
    given = Image.fromarray(image)
    assert (np.array(posterize(given, bits)) == np.array(ImageOps.posterize(given, bits))).all()


def test_without_a_bit_an_image_is_black(image: NDArray[np.uint8]) -> None:
    """At the highest magnitude, which a view in a thousand has."""
    assert not np.array(posterize(Image.fromarray(image), 0)).any()
    highest = TimmView(replace(PLAIN, rand_augment="rand-m10-n2-p1.0-inc1"))
    views = [highest(image, seed).pixels for seed in range(200)]
    black = normalise(np.zeros((64, 64, 3), dtype=np.uint8))
    assert any(torch.allclose(view, black) for view in views)
