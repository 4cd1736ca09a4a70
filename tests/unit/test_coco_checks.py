"""A data set in COCO's formats passes whole, and each damage is told by its first file."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from methods.data import coco, coco_adapter
from methods.data.coco_generator import GeneratedSettings, write_archives
from methods.data.files import sha256
from methods.data.findings import DatasetCheck
from methods.data.held_out import HeldOut
from methods.data.image_index import read_index
from methods.data.labels import write_index_png
from methods.data.manifest import write_index
from methods.data.scenes import render_scene
from methods.errors import InputError

CLASSES = ("person", "fire hydrant", "stop sign")
SETTINGS = GeneratedSettings(seed=8, train=8, val=6, unannotated=3, size=(40, 64), grey_share=0.3)
SPLITS = {"train": 8, "val": 6, "val_part": 4}
IMAGE = "train2014/COCO_train2014_000000000003.jpg"
MASK = "SegmentationClass/train/000000000003.png"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    archives = write_archives(
        folder, settings=SETTINGS, classes=CLASSES, render=render_scene, threads=2
    )
    coco_adapter.extract(archives, folder / "tree", classes=CLASSES, threads=2)
    return folder / "tree"


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def check(root: Path, **changes: Any) -> DatasetCheck:
    values = {"classes": CLASSES, "splits": SPLITS, "images": 17, "threads": 2, **changes}
    result: DatasetCheck = coco_adapter.check(root, dataset="scenes", **values)
    return result


def test_a_whole_data_set_passes_every_check(whole: Path) -> None:
    checks = check(whole).checks["checks"]
    assert [item["checked"] for item in checks] == [3, 6, 17, 14, 14, 2]
    assert {item["severity"] for item in checks[:4]} == {"ok"}
    assert "3 of them without an annotation and in no split" in checks[2]["found"]


def test_the_manifest_holds_every_file_and_says_where_the_masks_lie(whole: Path) -> None:
    manifest = check(whole).manifest
    assert len(manifest["files"]) == 17 + 14
    for item in manifest["files"]:
        assert item["sha256"] == sha256(whole / item["name"])
    assert len(manifest["masks"]) == 14
    assert manifest["masks"]["COCO_train2014_000000000003"] == MASK
    assert {name: split["count"] for name, split in manifest["splits"].items()} == SPLITS


def test_training_can_read_the_index_and_it_names_no_mask(whole: Path, tmp_path: Path) -> None:
    write_index(tmp_path / "index.csv", check(whole).index)
    assert "Segmentation" not in (tmp_path / "index.csv").read_text()
    with (tmp_path / "index.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["splits"] for row in rows} == {"train", "val", "val|val_part"}
    assert len(rows) == 14
    for split in ("train", "val"):
        for record in read_index(tmp_path / "index.csv", split, CLASSES):
            with Image.open(whole / record.image) as image:
                assert image.size == (record.width, record.height)
            mask = np.asarray(Image.open(whole / coco.mask_file(record.id)))
            present = np.setdiff1d(mask, (0, 255)) - 1
            assert set(present) <= set(np.flatnonzero(record.labels))
            assert record.labels.any()


def test_images_can_be_held_out_of_training(whole: Path) -> None:
    result = check(whole, held_out=HeldOut("train", 3, 1))
    counts = {name: split["count"] for name, split in result.manifest["splits"].items()}
    assert counts == {**SPLITS, "held_out": 3, "train_kept": 5, "rest": 5}
    assert sum("held_out" in str(row["splits"]) for row in result.index) == 3


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def resize_mask(path: Path) -> None:
    write_index_png(path, np.zeros((10, 10), dtype=np.uint8))


def colour_mask(path: Path) -> None:
    Image.open(path).convert("RGB").save(path)


def strange_label(path: Path) -> None:
    mask = np.array(Image.open(path))
    mask[0, 0] = 4
    write_index_png(path, mask)


def every_class(path: Path) -> None:
    mask = np.array(Image.open(path))
    mask[0, :3] = (1, 2, 3)
    write_index_png(path, mask)


@pytest.mark.parametrize(
    ("name", "damage", "found"),
    [
        (IMAGE, truncate, r"\d+ bytes that do not decode as a JPEG"),
        (MASK, Path.unlink, "no such file"),
        (MASK, resize_mask, "a label map of 10x10 pixels"),
        (MASK, colour_mask, "a PNG of mode RGB"),
        (MASK, strange_label, "label 4"),
        (MASK, every_class, "pixels of label"),
    ],
)
def test_a_damaged_file_is_named(
    root: Path, name: str, damage: Callable[[Path], None], found: str
) -> None:
    damage(root / name)
    with pytest.raises(InputError, match=rf"{name}: found {found}.*, expected "):
        check(root)


def edit(root: Path, part: str, change: Callable[[Any], None]) -> None:
    path = root / coco.annotation_file(part)
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def test_a_missing_image_and_the_wrong_number_are_told(root: Path) -> None:
    (root / IMAGE).unlink()
    with pytest.raises(InputError, match=r"found 2 faults, .*found 16 images, expected 17"):
        check(root)
    with pytest.raises(InputError, match=rf"{IMAGE}: found no such file"):
        check(root, images=16)


def test_an_image_that_no_annotation_file_lists_is_refused(root: Path) -> None:
    shutil.copy(root / IMAGE, root / "train2014/COCO_train2014_000000000099.jpg")
    with pytest.raises(InputError, match="1 images that no annotation file lists, such as COCO_tr"):
        check(root, images=18)


def test_another_size_than_the_annotated_one_is_refused(root: Path) -> None:
    def change(content: Any) -> None:
        content["images"][0]["width"] += 1

    edit(root, "val", change)
    with pytest.raises(InputError, match=r"instances_val2014\.json: found a size of \d+x\d+ pixel"):
        check(root)


def test_an_image_in_both_parts_is_refused(root: Path) -> None:
    """Image 3 of train is listed in val as well."""
    image = coco.image_id("val", 3)
    shutil.copy(root / IMAGE, root / coco.image_file(image))
    shutil.copy(root / MASK, root / coco.mask_file(image))
    train = json.loads((root / coco.annotation_file("train")).read_text(encoding="utf-8"))

    def change(content: Any) -> None:
        listed = next(item for item in train["images"] if item["id"] == 3)
        content["images"].append({**listed, "file_name": f"{image}.jpg"})
        content["annotations"] += [item for item in train["annotations"] if item["image_id"] == 3]

    edit(root, "val", change)
    with pytest.raises(
        InputError, match=f"1 images of val that are in train as well, such as {image}"
    ):
        check(root, images=18, splits={**SPLITS, "val": 7})


def test_wrong_counts_and_classes_are_refused(whole: Path) -> None:
    with pytest.raises(InputError, match=r"found 8 images of train, expected 82081; .*`splits`"):
        check(whole, splits={**SPLITS, "train": 82081})
    with pytest.raises(InputError, match=r"found 6 images of val_part, expected 7"):
        check(whole, splits={**SPLITS, "val_part": 7})
    with pytest.raises(InputError, match=r"2 faults, .*the categories person, fire hydrant, stop"):
        check(whole, classes=("fire hydrant", "person", "stop sign"))


def test_a_class_without_a_pixel_is_a_warning(root: Path) -> None:
    before = check(root).checks["checks"][4]["failed"]
    mask = np.asarray(Image.open(root / MASK))
    write_index_png(root / MASK, np.zeros_like(mask))
    warning = check(root).checks["checks"][4]
    assert warning["severity"] == "warning"
    assert warning["name"] == "annotated classes have a pixel in the mask"
    assert warning["failed"] == before + 1
    assert any(text.startswith("COCO_train2014_000000000003 (") for text in warning["examples"])
