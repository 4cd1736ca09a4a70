"""The splits that a data set may have besides: test, whose labels are withheld, and held_out."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from methods.data.held_out import HeldOut
from methods.data.image_index import read_index
from methods.data.manifest import write_index
from methods.errors import InputError
from tests.unit.small_dataset import CLASSES, SETTINGS, SPLITS, check, extract, truncate

WITH_TEST = SPLITS | {"test": 4}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract(tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def whole_with_test(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract(tmp_path_factory.mktemp("with_test"), replace(SETTINGS, test=4))


@pytest.fixture
def root_with_test(whole_with_test: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole_with_test, tmp_path / "VOC2012"))


def test_test_images_are_decoded_counted_and_without_label(
    whole_with_test: Path, whole: Path, tmp_path: Path
) -> None:
    result = check(whole_with_test, images=19, splits=WITH_TEST)
    checks = {item["name"]: item for item in result.checks["checks"]}
    assert len(checks) == 10
    assert {item["severity"] for item in checks.values()} == {"ok"}
    assert checks["test is apart from train_aug and val"]["checked"] == 4
    assert checks["images decode and have the annotated size"]["checked"] == 15
    assert checks["images without annotation decode, the 4 of test among them"]["checked"] == 4
    rows = [row for row in result.index if row["splits"] == "test"]
    assert [row["id"] for row in rows] == [f"2012_{number:06d}" for number in range(16, 20)]
    assert {row["labels"] for row in rows} == {""}
    before = check(whole)
    assert [row for row in result.index if row not in rows] == before.index
    assert result.manifest["splits"]["test"]["count"] == 4
    names = {file["name"] for file in result.manifest["files"]}
    added = names - {file["name"] for file in before.manifest["files"]}
    assert added == {row["image"] for row in rows}
    write_index(tmp_path / "index.csv", result.index)
    records = read_index(tmp_path / "index.csv", "test", CLASSES)
    assert len(records) == 4
    for record in records:
        assert not record.labels.any()
        with Image.open(whole_with_test / record.image) as image:
            assert image.size == (record.width, record.height)


def test_what_is_said_of_a_test_image_is_not_read(root_with_test: Path) -> None:
    expected = check(root_with_test, images=19, splits=WITH_TEST)
    shutil.copy(
        root_with_test / "Annotations/2012_000001.xml",
        root_with_test / "Annotations/2012_000016.xml",
    )
    assert check(root_with_test, images=19, splits=WITH_TEST) == expected


def test_an_image_of_a_masked_split_needs_its_annotation_beside_test_too(
    root_with_test: Path,
) -> None:
    (root_with_test / "Annotations/2012_000011.xml").unlink()
    with pytest.raises(InputError, match=r"Annotations/2012_000011\.xml: found no such file"):
        check(root_with_test, images=19, splits=WITH_TEST)


def test_other_images_of_the_test_archive_are_decoded_and_counted(root_with_test: Path) -> None:
    """The real one holds images of every task; few of them are in the segmentation list."""
    folder = root_with_test / "JPEGImages"
    shutil.copy(folder / "2012_000016.jpg", folder / "2012_000098.jpg")
    shutil.copy(folder / "2012_000001.jpg", folder / "2012_000099.jpg")
    annotation = root_with_test / "Annotations/2012_000099.xml"
    shutil.copy(root_with_test / "Annotations/2012_000001.xml", annotation)
    result = check(root_with_test, images=21, splits=WITH_TEST)
    assert len(result.index) == 19
    assert [item["checked"] for item in result.checks["checks"]][4:7] == [16, 16, 5]
    annotation.write_text(annotation.read_text().replace("<width>", "<width>1"))
    with pytest.raises(InputError, match=r"2012_000099\.xml: found an image size of 1\d+x"):
        check(root_with_test, images=21, splits=WITH_TEST)
    truncate(folder / "2012_000098.jpg")
    annotation.unlink()
    with pytest.raises(InputError, match=r"2012_000098\.jpg: found \d+ bytes that do not decode"):
        check(root_with_test, images=21, splits=WITH_TEST)


@pytest.mark.parametrize(
    ("image_id", "found"),
    [
        ("2012_000003", r"train_aug\.txt: found 1 ids of test, such as 2012_000003"),
        ("2012_000008", r"val\.txt: found 1 ids of test, such as 2012_000008"),
    ],
)
def test_a_test_image_must_not_be_known_from_elsewhere(
    root_with_test: Path, image_id: str, found: str
) -> None:
    path = root_with_test / "ImageSets/Segmentation/test.txt"
    path.write_text(path.read_text() + f"{image_id}\n")
    with pytest.raises(InputError, match=f"{found}, expected none, since nothing may be chosen"):
        check(root_with_test, images=19, splits=WITH_TEST | {"test": 5})


def test_a_damaged_or_missing_test_image_is_named(root_with_test: Path) -> None:
    path = root_with_test / "JPEGImages/2012_000018.jpg"
    truncate(path)
    with pytest.raises(InputError, match=r"2012_000018\.jpg: found \d+ bytes that do not decode"):
        check(root_with_test, images=19, splits=WITH_TEST)
    path.unlink()
    with pytest.raises(InputError, match=r"2012_000018\.jpg: found no such file"):
        check(root_with_test, images=18, splits=WITH_TEST)
    with pytest.raises(InputError, match=r"found 2 faults, .*JPEGImages: found 18 images"):
        check(root_with_test, images=19, splits=WITH_TEST)


def test_held_out_images_become_splits_of_index_and_manifest(whole: Path, tmp_path: Path) -> None:
    held_out = HeldOut("train", 2, seed=3)
    result, again = (check(whole, held_out=held_out) for _ in range(2))
    assert result == again
    write_index(tmp_path / "index.csv", result.index)
    ids = {
        split: {record.id for record in read_index(tmp_path / "index.csv", split, CLASSES)}
        for split in ("train", "train_aug", "val", "held_out", "train_kept")
    }
    assert len(ids["held_out"]) == 2
    assert ids["held_out"] < ids["train"]
    assert ids["train_kept"] == ids["train_aug"] - ids["held_out"]
    assert not ids["held_out"] & ids["val"]
    counts = {name: split["count"] for name, split in result.manifest["splits"].items()}
    assert counts == {**SPLITS, "held_out": 2, "train_kept": 9}
    lines = "".join(f"{image_id}\n" for image_id in sorted(ids["held_out"]))
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert result.manifest["splits"]["held_out"]["sha256_of_ids"] == expected
    last = result.checks["checks"][-1]
    assert last["name"] == "held_out is part of train, apart from train_kept and val"
    assert last["found"] == "2 held out, 9 kept for training"
    assert result.manifest["files"] == check(whole).manifest["files"]


def test_too_many_held_out_images_are_refused(whole: Path) -> None:
    with pytest.raises(InputError, match=r"datasets\.shapes\.held_out: found 6 images to hold out"):
        check(whole, held_out=HeldOut("train", 6, seed=3))
