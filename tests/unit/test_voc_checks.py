"""A data set passes whole, and each way of being damaged is told by its first file."""

import csv
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data import voc_checks as checks
from methods.data.files import sha256
from methods.data.image_index import read_index
from methods.data.labels import write_index_png
from methods.data.manifest import write_index
from methods.data.sbd import sbd_folder
from methods.data.voc import voc_folder
from methods.errors import InputError
from tests.unit.small_dataset import CLASSES, SPLITS, check, extract, truncate

SBD_MASKS = 10  # five of images that VOC has a mask of, too


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return voc_folder(shutil.copytree(whole.parents[1], tmp_path / "tree"))


def test_a_whole_data_set_passes_every_check(whole: Path) -> None:
    checks = check(whole).checks["checks"]
    assert len(checks) == 9
    assert {item["severity"] for item in checks} == {"ok"}
    assert {item["failed"] for item in checks} == {0}
    assert [item["checked"] for item in checks] == [3, 6, SBD_MASKS, 15, 15, 15, 15, 15, 2]


def test_the_manifest_holds_every_file_with_its_digest(whole: Path) -> None:
    manifest = check(whole).manifest
    assert manifest["dataset"] == "shapes"
    assert manifest["splits"]["val"]["count"] == 4
    ids = (whole / "ImageSets" / "Segmentation" / "val.txt").read_bytes()
    assert manifest["splits"]["val"]["sha256_of_ids"] == hashlib.sha256(ids).hexdigest()
    assert len(manifest["files"]) == 45
    for item in manifest["files"]:
        assert item["sha256"] == sha256(whole / item["name"])
        assert item["bytes"] == (whole / item["name"]).stat().st_size
    lines = "".join(f"{item['sha256']}  {item['name']}\n" for item in manifest["files"])
    assert manifest["digest"] == hashlib.sha256(lines.encode()).hexdigest()


def test_the_manifest_changes_with_a_file(root: Path, whole: Path) -> None:
    path = root / "JPEGImages" / "2012_000003.jpg"
    path.write_bytes(path.read_bytes() + b"\0")
    assert check(root).manifest["digest"] != check(whole).manifest["digest"]


def test_training_can_read_the_index_and_it_names_no_mask(whole: Path, tmp_path: Path) -> None:
    result = check(whole)
    write_index(tmp_path / "index.csv", result.index)
    assert "Segmentation" not in (tmp_path / "index.csv").read_text()
    with (tmp_path / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [f"2012_{number:06d}" for number in range(1, 16)]
    assert {row["splits"] for row in rows} == {"train|train_aug", "train_aug", "val"}
    assert {row["mode"] for row in rows} == {"L", "RGB"}
    records = read_index(tmp_path / "index.csv", "train_aug", CLASSES)
    assert len(records) == 11
    for record in records:
        with Image.open(whole / record.image) as image:
            assert image.size == (record.width, record.height)
        mask = np.asarray(Image.open(whole / "SegmentationClassAug" / f"{record.id}.png"))
        present = np.setdiff1d(mask, (0, 255)) - 1
        np.testing.assert_array_equal(np.flatnonzero(record.labels), present)


def test_images_outside_the_splits_are_checked_but_not_indexed(root: Path) -> None:
    for folder, suffix in (("JPEGImages", "jpg"), ("Annotations", "xml")):
        source = root / folder / f"2012_000001.{suffix}"
        shutil.copy(source, root / folder / f"2012_000099.{suffix}")
    result = check(root, images=16)
    assert len(result.index) == 15
    assert len(result.manifest["files"]) == 47
    (root / "Annotations" / "2012_000099.xml").unlink()
    with pytest.raises(InputError, match=r"2012_000099\.xml: found no such file"):
        check(root, images=16)


def resize_mask(path: Path) -> None:
    write_index_png(path, np.zeros((10, 10), dtype=np.uint8))


def colour_mask(path: Path) -> None:
    Image.open(path).convert("RGB").save(path)


def strange_mask(path: Path) -> None:
    mask = np.array(Image.open(path))
    mask[0, 0] = 4
    write_index_png(path, mask)


def every_class(path: Path) -> None:
    mask = np.array(Image.open(path))
    mask[0, :3] = (1, 2, 3)
    write_index_png(path, mask)


def another_width(path: Path) -> None:
    path.write_text(path.read_text().replace("<width>", "<width>1"))


def another_class(path: Path) -> None:
    path.write_text(path.read_text().replace("<name>", "<name>flying "))


@pytest.mark.parametrize(
    ("name", "damage", "found"),
    [
        ("JPEGImages/2012_000008.jpg", Path.unlink, "no such file"),
        ("JPEGImages/2012_000008.jpg", truncate, r"\d+ bytes that do not decode as a JPEG"),
        ("Annotations/2012_000008.xml", Path.unlink, "no such file"),
        ("Annotations/2012_000008.xml", truncate, "a file that does not read as an annotation"),
        ("Annotations/2012_000008.xml", another_width, r"an image size of 1\d+x\d+ pixels"),
        ("Annotations/2012_000008.xml", another_class, "an object of class 'flying"),
        ("SegmentationClassAug/2012_000008.png", Path.unlink, "no such file"),
        ("SegmentationClassAug/2012_000008.png", resize_mask, "a label map of 10x10 pixels"),
        ("SegmentationClassAug/2012_000008.png", colour_mask, "a PNG of mode RGB"),
        ("SegmentationClassAug/2012_000008.png", strange_mask, "label 4"),
        ("SegmentationClassAug/2012_000008.png", every_class, "pixels of "),
    ],
)
def test_a_damaged_file_is_named(
    root: Path, name: str, damage: Callable[[Path], None], found: str
) -> None:
    damage(root / name)
    missing_image = name.startswith("JPEG") and not (root / name).exists()
    with pytest.raises(InputError, match=rf"{name}: found {found}.*, expected "):
        check(root, images=14 if missing_image else 15)


def remove(folder: Path) -> None:
    min(folder.glob("*.mat")).unlink()


def add(folder: Path) -> None:
    shutil.copy(min(folder.glob("*.mat")), folder / "2012_000000.mat")


@pytest.mark.parametrize(
    ("damage", "change", "state"), [(remove, -1, "missing"), (add, 1, "in no list")]
)
def test_masks_of_sbd_are_counted(
    root: Path, damage: Callable[[Path], None], change: int, state: str
) -> None:
    folder = sbd_folder(root.parents[1]) / "cls"
    damage(folder)
    found = rf"cls: found {SBD_MASKS + change} masks, 2012_\d+\.mat {state}"
    expected = f"expected one of each of the {SBD_MASKS} ids in train.txt and val.txt; extract"
    with pytest.raises(InputError, match=f"{found}, {expected}"):
        check(root)


def test_several_faults_are_counted_and_the_first_is_told(root: Path) -> None:
    for number in (4, 9, 12):
        truncate(root / "JPEGImages" / f"2012_{number:06d}.jpg")
    with pytest.raises(InputError, match=r"found 3 faults, .*2012_000004\.jpg: found \d+ bytes"):
        check(root)


def test_a_wrong_number_of_images_is_refused(whole: Path) -> None:
    with pytest.raises(InputError, match=r"JPEGImages: found 15 images, expected 16; .*`images`"):
        check(whole, images=16)


def test_a_wrong_number_of_ids_is_refused(whole: Path) -> None:
    with pytest.raises(InputError, match=r"train_aug\.txt: found 11 ids, expected 10582"):
        check(whole, splits=SPLITS | {"train_aug": 10582})


def test_a_training_list_with_an_image_of_val_is_refused(root: Path) -> None:
    path = root / "ImageSets" / "Segmentation" / "train_aug.txt"
    path.write_text(path.read_text() + "2012_000007\n")
    with pytest.raises(InputError, match=r"train_aug\.txt: found 1 ids of val, .* 2012_000007"):
        check(root, splits=SPLITS | {"train_aug": 12})


def test_a_training_list_without_an_image_of_train_is_refused(root: Path) -> None:
    path = root / "ImageSets" / "Segmentation" / "train_aug.txt"
    path.write_text(path.read_text().replace("2012_000002\n", ""))
    with pytest.raises(InputError, match=r"1 ids of train missing, such as 2012_000002"):
        check(root, splits=SPLITS | {"train_aug": 10})


def test_a_class_without_a_pixel_is_a_warning(root: Path) -> None:
    path = root / "SegmentationClassAug" / "2012_000012.png"
    mask = np.array(Image.open(path))
    write_index_png(path, np.zeros_like(mask))
    warnings = [item for item in check(root).checks["checks"] if item["severity"] == "warning"]
    assert [item["name"] for item in warnings] == ["annotated classes have a pixel in the mask"]
    assert warnings[0]["failed"] == 1
    assert warnings[0]["examples"][0].startswith("2012_000012 (")


def test_a_box_outside_the_image_is_a_warning(root: Path) -> None:
    path = root / "Annotations" / "2012_000012.xml"
    path.write_text(path.read_text().replace("<xmin>", "<xmin>-", 1))
    warnings = [item for item in check(root).checks["checks"] if item["severity"] == "warning"]
    assert [item["name"] for item in warnings] == ["boxes lie in the image"]
    assert warnings[0]["examples"] == ("2012_000012",)


def test_few_masks_with_an_unnamed_class_are_a_warning(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every_class(root / "SegmentationClassAug" / "2012_000008.png")
    monkeypatch.setattr(checks, "_MAX_DISAGREEING", 0.1)
    warnings = [item for item in check(root).checks["checks"] if item["severity"] == "warning"]
    assert [item["name"] for item in warnings] == ["classes of the mask are annotated"]
    assert warnings[0]["failed"] == 1
    every_class(root / "SegmentationClassAug" / "2012_000009.png")
    with pytest.raises(InputError, match="such pixels in 2 of 15 masks"):
        check(root)
