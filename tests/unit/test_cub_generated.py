"""Generated archives have the layout and the content of CUB-200-2011's."""

import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data import cub_generator, cubv2
from methods.data.birds import render_bird
from methods.data.cub import mask_file, read_cub, segmentation_file
from methods.data.cub_generator import GeneratedSettings
from methods.data.files import sha256
from methods.data.formats import CUB, generated_counts
from methods.data.scene_files import draw_size
from methods.errors import InputError
from methods.settings import build
from tests.unit.small_bird_archives import (
    CUB_CLASSES,
    CUB_SETTINGS,
    CUB_SPLITS,
    cub_archives,
    extract_cub,
)

VALUES = {"seed": 5, "train": 3, "test": 2, "cubv2": 1, "size": [48, 72], "grey_share": 0.3}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract_cub(tmp_path_factory.mktemp("cub"))


def test_settings_are_those_of_an_experiment_file() -> None:
    assert build(GeneratedSettings, VALUES) == CUB_SETTINGS
    without = {key: value for key, value in VALUES.items() if key != "cubv2"}
    assert build(GeneratedSettings, without) == replace(CUB_SETTINGS, cubv2=0)
    assert generated_counts("cub", VALUES, {}, 3) == (CUB_SPLITS, 18)
    assert generated_counts("cub", without, {}, 3) == ({"train": 9, "test": 6}, 15)


def test_archives_have_the_published_names_and_top_folders(tree: Path, tmp_path: Path) -> None:
    found = {path.name for path in tree.parent.iterdir()}
    assert found == {"tree", *CUB.archives}
    tops = {"CUB_200_2011", "segmentations", "CUBV2", "wsolevaluation", "ObjectMasks"}
    assert {path.name for path in tree.iterdir()} == tops
    with tarfile.open(tree.parent / "CUBV2.tar") as archive:
        assert archive.getnames()[0] == "001.Rufous_Banded_Wren/10000016.jpg"
    bare = replace(CUB_SETTINGS, train=1, test=1, cubv2=0)
    made = [path.name for path in cub_archives(tmp_path, bare)]
    assert made == ["CUB_200_2011.tgz", "segmentations.tgz"]


def test_lists_read_as_published(tree: Path) -> None:
    def first_line(name: str) -> str:
        return (tree / "CUB_200_2011" / name).read_text().splitlines()[0]

    file = "001.Rufous_Banded_Wren/Rufous_Banded_Wren_0001_000001.jpg"
    assert first_line("images.txt") == f"1 {file}"
    assert first_line("classes.txt") == "1 001.Rufous_Banded_Wren"
    assert first_line("image_class_labels.txt") == "1 1"
    assert first_line("bounding_boxes.txt") == "1 1.0 28.0 44.0 29.0"
    marks = (tree / "CUB_200_2011/train_test_split.txt").read_text().splitlines()
    assert [line.split()[1] for line in marks].count("1") == 9
    assert {line.split()[1] for line in marks[:5]} == {"0", "1"}  # mixed within a class


def test_images_boxes_and_segmentations_show_the_scene(tree: Path) -> None:
    listed = read_cub(tree)
    assert listed.classes == CUB_CLASSES
    modes = set()
    for number, item in enumerate(listed.images, 1):
        rng = np.random.default_rng([CUB_SETTINGS.seed, number])
        height, width = draw_size(rng, CUB_SETTINGS.size)
        rng.random()  # whether it is grey
        scene = render_bird(rng, height, width, item.label, len(CUB_CLASSES))
        assert item.boxes == tuple(tuple(map(float, box)) for box in scene.boxes)
        with Image.open(tree / item.file) as image:
            modes.add(image.mode)
            pixels = np.asarray(image.convert("RGB")).astype(float)
        if number == 1:
            assert np.abs(pixels - scene.image).mean() < 12
        with Image.open(tree / segmentation_file(item)) as image:
            assert image.mode == "L"
            assert set(np.unique(image)) <= {0, 51, 102, 153, 204, 255}
        with Image.open(tree / mask_file(item.id)) as image:
            np.testing.assert_array_equal(np.asarray(image), scene.mask)
    assert modes == {"L", "RGB"}


def test_cubv2_has_other_images_of_the_same_classes(tree: Path) -> None:
    images = cubv2.read_cubv2(tree, read_cub(tree).folders)
    assert [item.id for item in images] == ["v2_00001", "v2_00002", "v2_00003"]
    assert [item.label for item in images] == [0, 1, 2]
    for item in images:
        with Image.open(tree / item.file) as image:
            assert (image.height, image.width) == item.size


def test_archives_are_the_same_bytes_whatever_the_number_of_processes(tmp_path: Path) -> None:
    digests = [
        [sha256(path) for path in cub_archives(tmp_path / str(threads), threads=threads)]
        for threads in (1, 2)
    ]
    assert digests[0] == digests[1]
    other = cub_archives(tmp_path / "other", replace(CUB_SETTINGS, seed=6))
    assert not set(digests[0]).intersection(sha256(path) for path in other[:3])


def test_classes_are_the_names_of_the_birds(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="found 'Sparrow', expected 'Turquoise_Banded_Sparrow'"):
        cub_generator.write_archives(
            tmp_path,
            settings=CUB_SETTINGS,
            classes=["Rufous_Banded_Wren", "Sparrow"],
            render=render_bird,
            threads=1,
        )
    assert not list(tmp_path.iterdir())
