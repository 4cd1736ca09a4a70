"""Generated scenes."""

import numpy as np
import pytest

from methods.data.appearance import (
    CLASS_APPEARANCES,
    HUE_BINS,
    SHAPES,
    TEXTURE_NAMES,
    Appearance,
    texture_region,
)
from methods.data.scenes import MIN_VISIBLE_SHARE, render_attribute_scene, render_scene

GRID = np.linspace(-1, 1, 101, dtype=np.float32)


def scenes(count: int = 40) -> list:
    return [render_scene(np.random.default_rng([1, k]), 96, 128, 6) for k in range(count)]


def test_a_scene_depends_on_its_generator_alone() -> None:
    first = render_scene(np.random.default_rng(3), 96, 128, 6)
    again = render_scene(np.random.default_rng(3), 96, 128, 6)
    other = render_scene(np.random.default_rng(4), 96, 128, 6)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.mask, again.mask)
    assert not np.array_equal(first.image, other.image)


def test_masks_instances_and_boxes_agree() -> None:
    for scene in scenes():
        assert scene.image.shape == (96, 128, 3)
        assert scene.image.dtype == np.uint8
        assert 1 <= len(scene.objects) <= 3
        assert set(np.unique(scene.mask)) <= {0, *(c for c, _ in scene.objects)}
        assert np.array_equal(scene.instances > 0, scene.mask > 0)
        for number, (class_id, (xmin, ymin, xmax, ymax)) in enumerate(scene.objects, 1):
            where = scene.instances == number
            assert where.any()
            assert (scene.mask[where] == class_id).all()
            assert where[ymin:ymax, xmin:xmax].sum() == where.sum()


def test_every_class_occurs_and_most_pixels_are_background() -> None:
    drawn = scenes()
    assert {c for scene in drawn for c, _ in scene.objects} == {1, 2, 3, 4, 5, 6}
    assert 0.7 < np.mean([(scene.mask == 0).mean() for scene in drawn]) < 0.95


def test_distractors_share_shape_and_hue_but_never_texture() -> None:
    textures = {look.texture for scene in scenes() for look in scene.layers if look.class_id == 0}
    assert textures == {"plain", "blobs"}
    assert not textures & {look.texture for look in CLASS_APPEARANCES}


def test_pretraining_never_shows_the_pair_of_a_class() -> None:
    pairs = {(look.shape, look.texture) for look in CLASS_APPEARANCES}
    seen = set()
    for number in range(60):
        scene = render_attribute_scene(np.random.default_rng(number), 112, 112)
        seen |= {(look.shape, look.texture) for look in scene.layers if look.class_id}
    assert len(seen) > 25
    assert not seen & pairs


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_fills_a_good_part_of_its_square(shape: str) -> None:
    u, v = np.meshgrid(GRID, GRID)
    assert 0.2 < SHAPES[shape](u, v).mean() < 0.8


def test_shapes_differ_from_each_other() -> None:
    u, v = np.meshgrid(GRID, GRID)
    regions = [predicate(u, v) for predicate in SHAPES.values()]
    for k, first in enumerate(regions):
        for second in regions[:k]:
            assert (first & second).sum() / (first | second).sum() < 0.92


@pytest.mark.parametrize("texture", TEXTURE_NAMES)
def test_textures_show_two_colours_unless_plain(texture: str) -> None:
    y, x = np.mgrid[0:80, 0:80].astype(np.float32)
    share = texture_region(np.random.default_rng(0), texture, x, y, 8.0).mean()
    assert share == 0 if texture == "plain" else 0.15 < share < 0.85


@pytest.mark.parametrize(("hue", "arc"), [(0.0, 0), (0.99, 0), (1 / 6, 1), (0.5, 3), (0.9, 5)])
def test_hue_bins_are_centred_on_the_primary_colours(hue: float, arc: int) -> None:
    assert Appearance(0, "disc", "plain", hue).hue_bin == arc
    assert arc < HUE_BINS


def test_objects_stay_visible() -> None:
    for scene in scenes():
        for number, look in enumerate(scene.layers, 1):
            if look.class_id:
                assert (scene.region == number).sum() > MIN_VISIBLE_SHARE * 30
