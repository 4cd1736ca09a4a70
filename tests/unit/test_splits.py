"""Splits that a data set may have besides, test and held_out; and which splits share images."""

import hashlib
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from methods.data.held_out import HeldOut
from methods.data.image_index import read_index
from methods.data.manifest import write_index
from methods.data.split_checks import apart_check
from methods.data.splits import drawable, overlap, sizes, training_list, withheld
from methods.data.voc import voc_folder
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
    return voc_folder(shutil.copytree(whole_with_test.parents[1], tmp_path / "tree"))


def test_test_images_are_decoded_counted_and_without_label(
    whole_with_test: Path, whole: Path, tmp_path: Path
) -> None:
    result = check(whole_with_test, images=19, splits=WITH_TEST)
    checks = {item["name"]: item for item in result.checks["checks"]}
    assert len(checks) == 10
    assert {item["severity"] for item in checks.values()} == {"ok"}
    apart = "train and val, train and test, train_aug and val, train_aug and test, val and test"
    assert checks["splits that are apart share no image"]["found"] == apart
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
    assert [item["checked"] for item in result.checks["checks"]][3:6] == [16, 16, 5]
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
        for split in ("train", "train_aug", "val", "held_out", "train_kept", "rest")
    }
    assert len(ids["held_out"]) == 2
    assert ids["held_out"] < ids["train"]
    assert ids["train_kept"] == ids["train_aug"] - ids["held_out"]
    assert ids["rest"] == ids["train"] - ids["held_out"]
    assert not ids["held_out"] & ids["val"]
    counts = {name: split["count"] for name, split in result.manifest["splits"].items()}
    assert counts == {**SPLITS, "held_out": 2, "train_kept": 9, "rest": 4}
    lines = "".join(f"{image_id}\n" for image_id in sorted(ids["held_out"]))
    expected = hashlib.sha256(lines.encode()).hexdigest()
    assert result.manifest["splits"]["held_out"]["sha256_of_ids"] == expected
    checks = {item["name"]: item for item in result.checks["checks"]}
    drawn = checks["held_out is part of train, apart from train_kept, rest and val"]
    assert drawn["found"] == "2 held out, 9 kept for training, 4 left of train"
    apart = checks["splits that are apart share no image"]["found"].split(", ")
    assert {"held_out and train_kept", "held_out and rest", "val and rest"} <= {*apart}
    assert "train and held_out" not in apart
    assert result.manifest["files"] == check(whole).manifest["files"]


def test_too_many_held_out_images_are_refused(whole: Path) -> None:
    with pytest.raises(InputError, match=r"datasets\.shapes\.held_out: found 6 images to hold out"):
        check(whole, held_out=HeldOut("train", 6, seed=3))


def test_splits_that_are_apart_are_held_to_their_lists(whole: Path) -> None:
    members = {"train": ["a"], "train_aug": ["a", "b"], "val": ["c"]}
    drawn = {**members, "held_out": ["b"], "train_kept": ["a"], "rest": ["a"]}
    held_out = HeldOut("train_aug", 1, seed=0)
    assert apart_check(whole, "voc", drawn, held_out).checked == 7
    for name, shared in (("val", "a"), ("rest", "b"), ("train_kept", "b"), ("held_out", "c")):
        with pytest.raises(InputError, match=rf"found 1 images of .*, such as {shared}, expected "):
            apart_check(whole, "voc", {**drawn, name: [shared]}, held_out)


@pytest.mark.parametrize("source", [None, "train", "train_aug"])
def test_overlap_says_what_the_lists_of_voc_say(whole_with_test: Path, source: str | None) -> None:
    """Splits that are apart share no id; a split and a part of it do."""
    held_out = HeldOut(source, 4, seed=3) if source else None
    result = check(whole_with_test, images=19, splits=WITH_TEST, held_out=held_out)
    names = result.manifest["splits"]
    ids = {
        name: {row["id"] for row in result.index if name in str(row["splits"]).split("|")}
        for name in names
    }
    for first, second in product(names, names):
        shared = bool(ids[first] & ids[second])
        assert overlap("voc", source, first, second) == overlap("voc", source, second, first)
        assert shared <= overlap("voc", source, first, second), (first, second)
        if ids[first] <= ids[second]:
            assert overlap("voc", source, first, second), (first, second)


@pytest.mark.parametrize(
    ("format", "source", "first", "second", "shared"),
    [
        ("voc", None, "train", "train_aug", True),
        ("voc", None, "train_aug", "val", False),
        ("voc", None, "val", "test", False),
        ("voc", None, "trainval", "val", True),
        ("voc", "train", "held_out", "train", True),
        ("voc", "train", "held_out", "train_aug", True),
        ("voc", "train", "held_out", "train_kept", False),
        ("voc", "train", "held_out", "rest", False),
        ("voc", "train", "rest", "train_kept", True),
        ("voc", "train", "train", "train_kept", True),
        ("voc", "train", "rest", "val", False),
        ("voc", "train_aug", "held_out", "train", True),
        ("coco", None, "val_part", "val", True),
        ("coco", None, "val_part", "train", False),
        ("coco", "train", "held_out", "train", True),
        ("coco", "train", "rest", "train_kept", True),
        ("coco", "train", "held_out", "val", False),
        ("cub", None, "train", "test", False),
        ("cub", None, "test", "cubv2", False),
        ("cub", None, "cubv2", "train", False),
        ("cub", None, "val", "train", True),
        ("cub", "train", "held_out", "train", True),
        ("cub", "train", "rest", "train_kept", True),
        ("cub", "train", "held_out", "cubv2", False),
        ("cub", "test", "held_out", "test", True),
        ("ilsvrc", None, "train", "val", False),
        ("ilsvrc", None, "val", "test", True),
        ("ilsvrc", "train", "train_kept", "held_out", False),
    ],
)
def test_splits_that_may_share_images(
    format: str, source: str | None, first: str, second: str, shared: bool
) -> None:
    assert overlap(format, source, first, second) == shared
    assert overlap(format, source, second, first) == shared


def test_sizes_of_derived_splits() -> None:
    dataset: dict[str, Any] = {"format": "voc", "splits": WITH_TEST}
    assert sizes(dataset) == WITH_TEST
    held_out = {"held_out": {"split": "train", "images": 2, "seed": 3}}
    assert sizes(dataset | held_out) == {**WITH_TEST, "held_out": 2, "train_kept": 9, "rest": 4}
    coco: dict[str, Any] = {"format": "coco", "splits": {"train": 8, "val": 6, "val_part": 4}}
    added = {"held_out": 2, "train_kept": 6, "rest": 6}
    assert sizes(coco | held_out) == {**coco["splits"], **added}
    assert drawable("voc") == ["train", "train_aug"]
    assert drawable("coco") == ["train"]
    cub: dict[str, Any] = {"format": "cub", "splits": {"train": 8, "test": 6}}
    assert sizes(cub | held_out) == {**cub["splits"], **added}
    assert drawable("cub") == drawable("ilsvrc") == ["train"]
    assert training_list("cub") == training_list("ilsvrc") == "train"


def test_voc_alone_withholds_the_labels_of_a_split() -> None:
    assert withheld("voc", "test")
    assert not withheld("voc", "val")
    assert not any(withheld(format, "test") for format in ("coco", "cub", "ilsvrc"))
