"""Generated archives have the layout and the content of COCO 2014's."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from methods.data import coco, coco_adapter
from methods.data.coco import read_instances
from methods.data.coco_generator import CROWD_EVERY, GeneratedSettings, write_archives
from methods.data.coco_masks import class_mask
from methods.data.files import sha256
from methods.data.formats import COCO, generated_counts
from methods.data.polygons import polygons, run_lengths
from methods.data.scene_files import draw_size
from methods.data.scenes import render_scene
from methods.settings import build

CLASSES = ("person", "fire hydrant", "stop sign", "kite", "vase")
SETTINGS = GeneratedSettings(seed=5, train=14, val=9, unannotated=3, size=(40, 64), grey_share=0.3)
VALUES = {
    "seed": 5,
    "train": 14,
    "val": 9,
    "unannotated": 3,
    "size": [40, 64],
    "grey_share": 0.3,
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("coco")
    archives = write_archives(
        folder, settings=SETTINGS, classes=CLASSES, render=render_scene, threads=2
    )
    coco_adapter.extract(archives, folder / "tree", classes=CLASSES, threads=2)
    return folder / "tree"


def test_settings_are_those_of_an_experiment_file() -> None:
    assert build(GeneratedSettings, VALUES) == SETTINGS
    splits = {"val_part": 4}
    counts = {"train": 14, "val": 9, "val_part": 4}
    assert generated_counts("coco", VALUES, splits) == (counts, 26)
    assert generated_counts("coco", VALUES, {"val_part": 99})[0]["val_part"] == 9


def test_archives_have_the_published_names(tree: Path) -> None:
    archives = sorted(path.name for path in tree.parent.glob("*.zip"))
    assert archives == sorted(COCO.archives)
    with zipfile.ZipFile(tree.parent / "val2014.zip") as archive:
        names = archive.namelist()
    assert names[0] == "val2014/COCO_val2014_000000000015.jpg"
    assert len(names) == 9 + 1
    with zipfile.ZipFile(tree.parent / "annotations_trainval2014.zip") as archive:
        assert archive.namelist() == [coco.annotation_file(part) for part in coco.PARTS]


def test_images_have_the_annotated_sizes_and_some_are_grey(tree: Path) -> None:
    modes = set()
    for part in coco.PARTS:
        for item in read_instances(tree, part).images:
            with Image.open(tree / coco.image_file(item.id)) as image:
                modes.add(image.mode)
                assert image.size == (item.width, item.height)
    assert modes == {"L", "RGB"}
    assert len(list(tree.glob("*2014/*.jpg"))) == 26


def test_some_images_have_no_annotation_and_some_a_crowd(tree: Path) -> None:
    images = [item for part in coco.PARTS for item in read_instances(tree, part).images]
    bare = [coco.number_of(item.id) for item in images if not item.objects]
    assert sorted(bare) == [24, 25, 26]
    crowds = [item for image in images for item in image.objects if item.crowd]
    assert crowds
    assert all(isinstance(item.shape, dict) for item in crowds)
    polygons = [item for image in images for item in image.objects if not item.crowd]
    assert all(isinstance(item.shape, list) for item in polygons)


def test_category_ids_have_gaps_and_boxes_hold_the_shapes(tree: Path) -> None:
    content = json.loads((tree / coco.annotation_file("train")).read_text(encoding="utf-8"))
    assert [category["id"] for category in content["categories"]] == [1, 2, 3, 5, 6]
    assert tuple(category["name"] for category in content["categories"]) == CLASSES
    assert len({item["id"] for item in content["annotations"]}) == len(content["annotations"])
    for item in content["annotations"]:
        x, y, width, height = item["bbox"]
        assert item["area"] <= width * height
        if not item["iscrowd"]:
            points = np.array([v for part in item["segmentation"] for v in part]).reshape(-1, 2)
            assert points.min(axis=0).tolist() == [x, y]
            assert points.max(axis=0).tolist() == [x + width, y + height]


def test_masks_show_the_scene(tree: Path) -> None:
    """The polygons give back the pixels; only holes and crowds differ."""
    for item in read_instances(tree, "train").images:
        if not item.objects:
            continue
        number = coco.number_of(item.id)
        rng = np.random.default_rng([SETTINGS.seed, number])
        height, width = draw_size(rng, SETTINGS.size)
        rng.random()  # whether it is grey
        scene = render_scene(rng, height, width, len(CLASSES))
        mask = class_mask(item)
        objects = scene.mask > 0
        if any(entry.crowd for entry in item.objects):
            assert number % CROWD_EVERY == 0
            assert (mask[scene.instances == len(scene.objects)] != 0).all()
            continue
        assert (mask[objects] == scene.mask[objects]).mean() > 0.97
        parts = [scene.instances == k for k in range(1, len(scene.objects) + 1)]
        filled = np.any([ndimage.binary_fill_holes(part) for part in parts], axis=0)
        assert not mask[~filled].any()


def test_archives_are_the_same_bytes_whatever_the_number_of_processes(tmp_path: Path) -> None:
    digests = [
        [
            sha256(path)
            for path in write_archives(
                tmp_path / str(threads),
                settings=SETTINGS,
                classes=CLASSES,
                render=render_scene,
                threads=threads,
            )
        ]
        for threads in (1, 2)
    ]
    assert digests[0] == digests[1]


def test_another_seed_gives_other_images(tree: Path, tmp_path: Path) -> None:
    archives = write_archives(
        tmp_path,
        settings=replace(SETTINGS, seed=6, train=1, val=1, unannotated=0),
        classes=CLASSES,
        render=render_scene,
        threads=1,
    )
    assert [path.name for path in archives] == list(COCO.archives)
    name = "train2014/COCO_train2014_000000000001.jpg"
    with zipfile.ZipFile(archives[0]) as archive:
        assert archive.read(name) != (tree / name).read_bytes()


def fill(points: list[float], shape: tuple[int, int]) -> np.ndarray:
    """Pixels whose centre lies in a polygon of horizontal and vertical edges: even-odd rule."""
    inside = np.zeros(shape, dtype=bool)
    xs, ys = points[0::2], points[1::2]
    for k in range(len(xs)):
        if xs[k - 1] == xs[k]:
            low, high = sorted((int(ys[k - 1]), int(ys[k])))
            inside[low:high, int(xs[k]) :] ^= True
    return inside


@pytest.mark.parametrize("seed", range(40))
def test_a_polygon_encloses_its_region_without_the_holes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    region = rng.random((12, 9)) < rng.uniform(0.1, 0.9)
    outlines = polygons(region)
    parts, count = ndimage.label(region)
    assert len(outlines) == count
    surrounding = np.ones((3, 3))  # background that touches at a corner is connected
    for number, points in enumerate(outlines, 1):
        expected = ndimage.binary_fill_holes(parts == number, surrounding)
        assert (fill(points, region.shape) == expected).all()


def test_run_lengths_go_down_the_columns_and_start_with_zeros() -> None:
    region = np.array([[1, 0, 0], [1, 1, 0]], dtype=bool)
    assert run_lengths(region) == [0, 2, 1, 1, 2]
    assert run_lengths(~region) == [2, 1, 1, 2]
    assert run_lengths(np.zeros((2, 3), dtype=bool)) == [6]
    assert run_lengths(np.ones((2, 3), dtype=bool)) == [0, 6]
