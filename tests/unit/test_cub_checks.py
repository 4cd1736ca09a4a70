"""A CUB-200-2011 that is not whole, or whose lists do not belong together, is refused."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data import cub_adapter
from methods.data.boxes import read_boxes
from methods.data.files import write_json
from methods.data.held_out import HeldOut
from methods.data.image_index import read_index
from methods.data.manifest import write_index
from methods.errors import InputError
from tests.unit.small_bird_archives import (
    CUB_CLASSES,
    CUB_SPLITS,
    check_cub,
    cub_archives,
    extract_cub,
)

LISTS = "wsolevaluation/metadata/CUB/val"
FIRST = "CUB_200_2011/images/001.Rufous_Banded_Wren/Rufous_Banded_Wren_0001_000001.jpg"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract_cub(tmp_path_factory.mktemp("cub"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_whole_data_set_passes_and_its_files_read_back(whole: Path, tmp_path: Path) -> None:
    result = check_cub(whole)
    assert {check["severity"] for check in result.checks["checks"]} == {"ok"}
    write_json(tmp_path / "manifest.json", result.manifest)
    boxes = read_boxes(tmp_path / "manifest.json")
    assert len(boxes) == 18
    assert boxes["00001"].dtype == np.float64
    np.testing.assert_array_equal(boxes["00001"], [[1, 28, 44, 29]])
    assert len(result.manifest["masks"]) == 15
    assert result.manifest["masks"]["00001"] == "ObjectMasks/00001.png"
    write_index(tmp_path / "index.csv", result.index)
    for split, count in CUB_SPLITS.items():
        records = read_index(tmp_path / "index.csv", split, CUB_CLASSES)
        assert len(records) == count
        assert all(record.labels.sum() == 1 for record in records)
        assert {int(record.labels.argmax()) for record in records} == {0, 1, 2}


def test_the_index_names_no_box_and_no_mask(whole: Path) -> None:
    for row in check_cub(whole).index:
        assert set(row) == {"id", "image", "width", "height", "mode", "splits", "labels"}
        assert "Masks" not in json.dumps(row)


def test_without_segmentations_and_cubv2_the_data_set_has_boxes_only(tmp_path: Path) -> None:
    archives = cub_archives(tmp_path)[:1]
    extracted = cub_adapter.extract(archives, tmp_path / "tree", classes=CUB_CLASSES, threads=2)
    assert extracted.files == 15 + 5
    result = check_cub(tmp_path / "tree", splits={"train": 9, "test": 6}, images=15)
    assert result.manifest["masks"] == {}
    assert len(result.manifest["boxes"]) == 15
    names = [check["name"] for check in result.checks["checks"]]
    assert not any("masks" in name for name in names)
    with pytest.raises(InputError, match=r"found 0 folders wsolevaluation\*/metadata/CUB/val"):
        check_cub(tmp_path / "tree")


def test_lists_of_any_system_read_alike(root: Path, whole: Path) -> None:
    expected = check_cub(whole)
    for path in (*(root / "CUB_200_2011").glob("*.txt"), *(root / LISTS).glob("*.txt")):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert check_cub(root) == expected


def test_held_out_images_are_training_images(whole: Path) -> None:
    result = check_cub(whole, held_out=HeldOut("train", 3, seed=1))
    counts = {name: split["count"] for name, split in result.manifest["splits"].items()}
    assert counts == {**CUB_SPLITS, "held_out": 3, "train_kept": 6, "rest": 6}
    apart = result.checks["checks"][-1]["found"]
    assert "test and held_out" in apart
    assert "cubv2 and train_kept" in apart
    with pytest.raises(InputError, match="found the split 'test' with 00001, which is not in tra"):
        check_cub(whole, held_out=HeldOut("test", 1, seed=1))


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("bounding_boxes.txt", "4 21.0 4.0 38.0 29.0\n", "", "found no line of the id 4, expected"),
        ("image_class_labels.txt", "4 1\n", "", "found no line of the id 4, expected one line of"),
        ("train_test_split.txt", "15 1\n", "", "found no line of the id 15, expected one line"),
        ("images.txt", "7 002.", "77 002.", r"bounding_boxes|labels.txt: found .* the id 77"),
        ("bounding_boxes.txt", "4 21.0", "5 21.0", "found the id 5 on line 4 and on line 5"),
        ("bounding_boxes.txt", "38.0 29.0", "38.0", "found '4 21.0 4.0 38.0' on line 4, expected"),
        ("bounding_boxes.txt", "38.0 29.0", "38.0 nan", "' on line 4, expected an image id and x"),
        ("image_class_labels.txt", "4 1\n", "4 1.5\n", "found '4 1.5' on line 4, expected an im"),
        ("image_class_labels.txt", "4 1\n", "4 9\n", "found class 9 of image 4, expected 1 to 3"),
        ("train_test_split.txt", "\n2 ", "\n2 7", "on line 2, expected an image id and 1"),
        ("images.txt", "1 001.", "1 ../", "' on line 1, expected an image id and class folder"),
        ("images.txt", "0002_000002", "0001_000001", "_000001.jpg under the ids 1 and 2, expecte"),
        ("image_class_labels.txt", "\n4 1\n", "\n4 2\n", "image 4 in the folder 001.Rufous_Band"),
        ("classes.txt", "3 003.", "4 003.", "found the class id 4 among 3 classes, expected 1"),
        ("classes.txt", "1 001.Rufous_Banded_Wren", "1 Wren", "found '1 Wren' on line 1, expected"),
    ],
)
def test_lists_that_do_not_join_are_refused(
    root: Path, name: str, old: str, new: str, found: str
) -> None:
    change(root / "CUB_200_2011" / name, old, new)
    with pytest.raises(InputError, match=found) as caught:
        check_cub(root)
    assert "\n" not in str(caught.value)
    assert "CUB_200_2011" in str(caught.value)


def test_a_missing_or_an_empty_list_is_refused(root: Path) -> None:
    path = root / "CUB_200_2011/bounding_boxes.txt"
    path.write_text("")
    with pytest.raises(InputError, match=r"bounding_boxes\.txt: found '' on line 1, expected an"):
        check_cub(root)
    path.unlink()
    with pytest.raises(InputError, match=r"bounding_boxes\.txt: found no such file"):
        check_cub(root)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"images": 19}, "found 18 images, expected 19"),
        ({"splits": CUB_SPLITS | {"test": 7}}, "found 6 images of test, expected 7"),
        ({"classes": CUB_CLASSES[:2]}, r"classes\.txt: found 3 classes, expected 2 as the exp"),
        ({"classes": CUB_CLASSES[::-1]}, "found Rufous_Banded_Wren as class 1, expected Rufous_S"),
    ],
)
def test_another_data_set_than_the_declared_one_is_refused(
    whole: Path, changed: dict[str, object], found: str
) -> None:
    with pytest.raises(InputError, match=found):
        check_cub(whole, **changed)


def test_a_class_without_an_image_in_a_split_is_refused(root: Path) -> None:
    path = root / "CUB_200_2011/train_test_split.txt"
    marks = [line.split() for line in path.read_text().splitlines()]
    path.write_text("".join(f"{id_} {'1' if int(id_) <= 5 else mark}\n" for id_, mark in marks))
    splits = {"train": 11, "test": 4, "cubv2": 3}
    found = r"train_test_split\.txt: found no image of class 1, Rufous_Banded_Wren, in test"
    with pytest.raises(InputError, match=found):
        check_cub(root, splits=splits)


def set_box(root: Path, box: str) -> None:
    change(root / "CUB_200_2011/bounding_boxes.txt", "\n2 27.0 9.0 34.0 26.0\n", f"\n2 {box}\n")


@pytest.mark.parametrize(
    "box", ["-1.5 0 10 10", "0 -2 10 10", "60 0 13.5 10", "0 40 10 9.5", "5 5 0 4", "5 5 4 -1"]
)
def test_a_box_outside_its_image_is_refused(root: Path, box: str) -> None:
    """Image 2 has 72x48 pixels."""
    set_box(root, box)
    found = r"bounding_boxes\.txt: found the box .* of 00002 \(CUB_200_2011/images/.*72x48 pixels"
    with pytest.raises(InputError, match=found):
        check_cub(root)


@pytest.mark.parametrize("box", ["-0.5 0 10 10", "60 0 13 10", "0 40 10 9"])
def test_a_box_that_leaves_its_image_by_a_pixel_is_counted(root: Path, box: str) -> None:
    set_box(root, box)
    result = check_cub(root)
    check = next(c for c in result.checks["checks"] if c["name"] == "boxes lie in the image")
    assert (check["severity"], check["failed"], check["examples"]) == ("warning", 1, ("00002",))
    assert result.manifest["boxes"]["00002"] == [[float(value) for value in box.split()]]


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def swap_mask(path: Path) -> None:
    Image.new("L", (5, 4)).save(path)


@pytest.mark.parametrize(
    ("name", "act", "found"),
    [
        (FIRST, truncate, r"_000001\.jpg: found \d+ bytes that do not decode as a JPEG"),
        ("ObjectMasks/00003.png", swap_mask, r"00003\.png: found a label map of 5x4 pixels"),
        ("ObjectMasks/00003.png", Path.unlink, r"00003\.png: found no such file"),
    ],
)
def test_a_broken_file_is_named(
    root: Path, name: str, act: Callable[[Path], None], found: str
) -> None:
    act(root / name)
    with pytest.raises(InputError, match=found):
        check_cub(root)


def test_a_missing_and_a_strange_image_are_named(root: Path) -> None:
    (root / FIRST).rename((root / FIRST).with_name("Odd_0001.jpg"))
    with pytest.raises(InputError, match=r"2 faults, .* found no line of .*Odd_0001\.jpg"):
        check_cub(root)
