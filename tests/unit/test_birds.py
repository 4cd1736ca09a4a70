"""Generated birds."""

from collections import Counter

import numpy as np
import pytest

from methods.data.appearance import TEXTURES
from methods.data.bird_files import make_picture, require_few
from methods.data.birds import (
    BIRD_KINDS,
    MIN_VISIBLE_SHARE,
    BirdScene,
    class_names,
    render_bird,
)
from methods.errors import InputError


def birds(count: int, number: int = 1) -> list[BirdScene]:
    return [
        render_bird(np.random.default_rng([1, k]), 96, 128, k % len(BIRD_KINDS), 8, number)
        for k in range(count)
    ]


def test_a_kind_is_a_texture_with_a_hue() -> None:
    assert len(BIRD_KINDS) == len({(kind.texture, kind.hue) for kind in BIRD_KINDS}) == 36
    assert {kind.texture for kind in BIRD_KINDS} == set(TEXTURES)
    assert sorted({kind.hue for kind in BIRD_KINDS}) == pytest.approx([k / 6 for k in range(6)])
    first = BIRD_KINDS[:8]
    assert set(Counter(kind.texture for kind in first).values()) == {2}
    assert set(Counter(kind.hue for kind in first).values()) == {4}


def test_names_are_words_joined_by_underscores_and_no_word_tells_the_kind() -> None:
    assert class_names(1) == ("Rufous_Banded_Wren",)
    names = class_names(36)
    assert len(set(names)) == 36
    assert names[:8] == class_names(8)
    words = [name.split("_") for name in names]
    assert all(len(parts) == 3 for parts in words)
    for position in range(3):
        assert set(Counter(parts[position] for parts in words).values()) == {6}
    nouns = {(kind.texture, parts[2]) for kind, parts in zip(BIRD_KINDS, words, strict=True)}
    assert len(nouns) == 36  # every texture with every noun


def test_a_picture_depends_on_its_generator_alone() -> None:
    first, again, other = (
        render_bird(np.random.default_rng(seed), 96, 128, 3, 8) for seed in (3, 3, 4)
    )
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.image, other.image)


def test_boxes_hold_the_visible_pixels_and_leave_room_around() -> None:
    for scene in birds(36):
        assert scene.image.shape == (96, 128, 3)
        assert scene.image.dtype == np.uint8
        assert scene.mask.dtype == bool
        ((x, y, width, height),) = scene.boxes
        assert scene.mask[y : y + height, x : x + width].sum() == scene.mask.sum() > 300
        for edge in (
            scene.mask[y],
            scene.mask[y + height - 1],
            scene.mask[:, x],
            scene.mask[:, x + width - 1],
        ):
            assert edge.any()
        assert width * height < 0.5 * scene.mask.size


def test_several_birds_have_masks_and_boxes_of_their_own() -> None:
    for scene in birds(12, number=2):
        assert len(scene.masks) == len(scene.boxes) == 2
        assert not (scene.masks[0] & scene.masks[1]).any()
        assert scene.mask.sum() == sum(mask.sum() for mask in scene.masks)
        assert min(mask.sum() for mask in scene.masks) > 100 * MIN_VISIBLE_SHARE


def test_hues_stay_near_that_of_the_kind() -> None:
    """Of a plain colour circle, a bird of a red kind is red and not green."""
    for kind, channel in ((0, 0), (1, 2)):  # red; turquoise, which has as much blue as green
        pixels = np.concatenate(
            [
                scene.image[scene.mask]
                for scene in (
                    render_bird(np.random.default_rng([2, k]), 96, 96, kind, 8) for k in range(12)
                )
            ]
        ).astype(float)
        mean = pixels.mean(axis=0)
        assert (mean[channel] > mean[0] + 20) == (channel != 0)
        assert mean[0] > mean[1] + 20 if kind == 0 else mean[1] > mean[0] + 20


def test_the_texture_keeps_its_period_in_images_that_are_resized_to_one_side() -> None:
    """Stripes are 6.5 to 9.5 pixels apart where the shorter side has 128 pixels."""
    kind = next(k for k, look in enumerate(BIRD_KINDS) if look.texture == "vertical")
    for side in (64, 256):
        periods = []
        for seed in range(8):
            scene = render_bird(np.random.default_rng([3, seed]), side, side, kind, 8)
            grey = scene.image.astype(float).mean(axis=2)
            row = int(scene.mask.sum(axis=1).argmax())
            inside = grey[row, scene.mask[row]]
            signs = np.sign(inside - np.median(inside))
            changes = np.count_nonzero(np.diff(signs[signs != 0]))
            periods.append(2 * len(inside) / max(changes, 1) * 128 / side)
        assert 5.5 < np.median(periods) < 11


def test_a_grey_picture_has_one_channel_in_its_file() -> None:
    pictures = [
        make_picture(
            np.random.default_rng(5),
            render_bird,
            size=(48, 64),
            grey_share=share,
            kind=2,
            num_kinds=8,
        )
        for share in (0.0, 1.0)
    ]
    assert [picture.channels for picture in pictures] == [3, 1]
    assert pictures[0].boxes == pictures[1].boxes
    assert pictures[0].size == pictures[0].mask.shape
    assert 48 <= min(pictures[0].size) <= max(pictures[0].size) <= 64


def test_more_classes_than_kinds_are_refused() -> None:
    require_few(36)
    with pytest.raises(InputError, match="found 37 classes, expected at most 36"):
        require_few(37)
