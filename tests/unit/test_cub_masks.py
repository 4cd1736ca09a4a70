"""Object masks out of CUB's segmentations."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data import cub_adapter
from methods.data.cub_masks import object_mask
from methods.errors import InputError
from tests.unit.small_bird_archives import CUB_CLASSES, check_cub, cub_archives, extract_cub


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract_cub(tmp_path_factory.mktemp("cub"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def test_a_mask_without_an_object_is_counted(root: Path) -> None:
    with Image.open(root / "ObjectMasks/00003.png") as image:
        empty = np.zeros_like(np.asarray(image))
    Image.fromarray(empty).save(root / "ObjectMasks/00003.png")
    check = next(c for c in check_cub(root).checks["checks"] if "masks" in c["name"])
    assert (check["severity"], check["examples"]) == ("warning", ("00003",))


def test_an_object_is_what_more_than_half_of_the_annotators_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    levels = np.array([[0, 51, 102, 127], [128, 153, 204, 255]], dtype=np.uint8)
    for further in (None, "LA", "RGB", "RGBA"):
        image = Image.fromarray(levels)
        (image.convert(further) if further else image).save(path)
        np.testing.assert_array_equal(object_mask(path), [[0, 0, 0, 0], [1, 1, 1, 1]])
    for mode, colour, found in (
        ("RGB", (9, 8, 9), "a coloured PNG of mode RGB"),
        ("RGBA", (9, 9, 9, 7), "a transparent PNG of mode RGBA"),
        ("P", 3, "a PNG of mode P"),
    ):
        Image.new(mode, (4, 4), colour).save(path)
        with pytest.raises(InputError, match=rf"a\.png: found {found}"):
            object_mask(path)


def test_a_missing_segmentation_stops_the_extraction(tmp_path: Path) -> None:
    archives = cub_archives(tmp_path)
    tree = tmp_path / "tree"
    cub_adapter.extract(archives, tree, classes=CUB_CLASSES, threads=1)
    segmentation = next((tree / "segmentations").glob("*/*_000004.png"))
    segmentation.unlink()
    shutil.rmtree(tree / "ObjectMasks")
    with pytest.raises(InputError, match=r"_000004\.png: found no such file"):
        cub_adapter.derive_masks(tree, 1)
    assert not (tree / "ObjectMasks").exists()
