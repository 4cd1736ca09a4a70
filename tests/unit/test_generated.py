"""Generated archives have the layout and the content of the real ones."""

import dataclasses
import tarfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.io import loadmat

from methods.data.archives import extract_archives
from methods.data.encoding import outline_objects
from methods.data.files import sha256
from methods.data.labels import read_label_png
from methods.data.sbd import derive_train_aug, read_mat_mask, sbd_folder
from methods.data.scene_files import draw_size
from methods.data.scenes import render_scene
from methods.data.voc import Box, read_annotation, read_ids, read_split, voc_folder
from methods.data.voc_generator import (
    TEST_ARCHIVE,
    GeneratedSettings,
    plan_lists,
    write_archives,
)
from methods.errors import InputError
from methods.settings import build

CLASSES = ("aeroplane", "bicycle", "bird")
SETTINGS = GeneratedSettings(seed=5, train=6, sbd=5, val=4, size=(32, 48), grey_share=0.3)
LIMIT = 2**20  # bytes, more than the archives hold


@dataclass(frozen=True)
class Rectangle:
    """A scene with one rectangle, rows 4 to 15 and columns 0 to 9, of the last class."""

    image: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    instances: NDArray[np.uint8]
    objects: tuple[tuple[int, Box], ...]


def render_rectangle(
    rng: np.random.Generator, height: int, width: int, num_classes: int
) -> Rectangle:
    image = rng.integers(0, 255, (height, width, 3), dtype=np.uint8)
    instances = np.zeros((height, width), dtype=np.uint8)
    instances[4:16, :10] = 1
    return Rectangle(image, instances * num_classes, instances, ((num_classes, (0, 4, 10, 16)),))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rectangles")
    archives = write_archives(
        folder, settings=SETTINGS, classes=CLASSES, render=render_rectangle, threads=2
    )
    extract_archives(archives, folder / "tree", LIMIT)
    return folder / "tree"


def test_settings_are_those_of_an_experiment_file() -> None:
    values = {"seed": 5, "train": 6, "sbd": 5, "val": 4, "size": [32, 48], "grey_share": 0.3}
    assert build(GeneratedSettings, values) == SETTINGS
    assert build(GeneratedSettings, {**values, "test": 3}) == dataclasses.replace(SETTINGS, test=3)


def test_archives_hold_the_folders_of_voc_and_sbd(tree: Path) -> None:
    voc, sbd = voc_folder(tree), sbd_folder(tree)
    assert {path.name for path in tree.iterdir()} == {"VOCdevkit", "benchmark_RELEASE"}
    counts = {
        folder: len(list((voc / folder).iterdir()))
        for folder in ("JPEGImages", "Annotations", "SegmentationClass", "ImageSets/Segmentation")
    }
    assert counts == {
        "JPEGImages": 15,
        "Annotations": 15,
        "SegmentationClass": 10,
        "ImageSets/Segmentation": 3,
    }
    assert len(list((sbd / "cls").iterdir())) == len(list((sbd / "img").iterdir())) == 10
    marks = (voc / "ImageSets" / "Main" / "bird_train.txt").read_text().splitlines()
    assert marks[0] == "2012_000001  1"
    marks = (voc / "ImageSets" / "Main" / "bicycle_val.txt").read_text().splitlines()
    assert marks[0] == "2012_000007 -1"


def test_lists_overlap_as_in_reality(tree: Path) -> None:
    voc, sbd = voc_folder(tree), sbd_folder(tree)
    train, val = set(read_split(voc, "train")), set(read_split(voc, "val"))
    first, second = set(read_ids(sbd / "train.txt")), set(read_ids(sbd / "val.txt"))
    assert (len(train), len(val)) == (6, 4)
    assert not train & val
    assert not first & second
    assert (first | second) & train
    assert (first | second) & val
    assert len((train | first | second) - val) == 11
    assert {path.stem for path in (sbd / "cls").iterdir()} == first | second


def test_masks_and_boxes_show_the_object(tree: Path) -> None:
    voc = voc_folder(tree)
    annotation = read_annotation(voc / "Annotations" / "2012_000001.xml")
    assert [(item.name, item.box) for item in annotation.objects] == [("bird", (0, 4, 10, 16))]
    size = (annotation.height, annotation.width)
    own = read_label_png(voc / "SegmentationClass" / "2012_000001.png", 3, size)
    full = read_mat_mask(sbd_folder(tree) / "cls" / "2012_000001.mat", 3)
    assert np.argwhere(full == 3).min(axis=0).tolist() == [4, 0]
    assert np.argwhere(full == 3).max(axis=0).tolist() == [15, 9]
    assert set(np.unique(full)) == {0, 3}
    # VOC's own mask differs by the outline alone: one pixel on either side of three edges.
    assert set(np.unique(own)) == {0, 3, 255}
    np.testing.assert_array_equal(own[own != 255], full[own != 255])
    assert np.count_nonzero(own == 255) == 14 * 11 - 10 * 9


def test_sbd_files_read_as_others_read_them(tree: Path) -> None:
    content = loadmat(sbd_folder(tree) / "cls" / "2012_000001.mat")
    record = content["GTcls"][0]
    mask = record["Segmentation"][0]
    assert mask.dtype == np.uint8
    assert record["CategoriesPresent"][0].ravel().tolist() == [3]
    boundary = record["Boundaries"][0][2, 0].toarray()
    assert boundary.shape == mask.shape
    assert boundary[4, 5]
    assert not boundary[8, 5]


def test_grey_images_have_one_channel_and_sbd_holds_the_same_bytes(tree: Path) -> None:
    modes = set()
    for path in sorted((voc_folder(tree) / "JPEGImages").iterdir()):
        with Image.open(path) as image:
            modes.add(image.mode)
            assert min(image.size) >= 32
            assert max(image.size) <= 48
    assert modes == {"L", "RGB"}
    for path in (sbd_folder(tree) / "img").iterdir():
        assert path.read_bytes() == (voc_folder(tree) / "JPEGImages" / path.name).read_bytes()


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
    with tarfile.open(tmp_path / "1" / "benchmark.tgz") as archive:
        assert {(member.mtime, member.uid, member.uname) for member in archive} == {(0, 0, "")}


def test_another_seed_gives_other_images(tree: Path, tmp_path: Path) -> None:
    other = GeneratedSettings(seed=6, train=1, sbd=0, val=1, size=(32, 48), grey_share=0.3)
    archives = write_archives(
        tmp_path, settings=other, classes=CLASSES, render=render_rectangle, threads=1
    )
    extract_archives(archives, tmp_path / "tree", LIMIT)
    name = "JPEGImages/2012_000001.jpg"
    assert sha256(voc_folder(tmp_path / "tree") / name) != sha256(voc_folder(tree) / name)


@pytest.fixture(scope="module")
def with_test(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    settings = dataclasses.replace(SETTINGS, test=3)
    folder = tmp_path_factory.mktemp("with_test")
    return write_archives(
        folder, settings=settings, classes=CLASSES, render=render_rectangle, threads=2
    )


def test_test_images_come_in_a_third_archive_with_nothing_but_their_list(
    with_test: list[Path],
) -> None:
    assert [path.name for path in with_test] == ["VOCtrainval.tar", "benchmark.tgz", TEST_ARCHIVE]
    with tarfile.open(with_test[2]) as archive:
        members = archive.getmembers()
    ids = [f"2012_{number:06d}" for number in (16, 17, 18)]
    folder = "VOCdevkit/VOC2012"
    names = [f"{folder}/JPEGImages/{image_id}.jpg" for image_id in ids]
    assert [member.name for member in members] == [
        *names,
        f"{folder}/ImageSets/Segmentation/test.txt",
    ]
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(0, 0, "")}


def test_test_images_change_no_other_archive(with_test: list[Path], tmp_path: Path) -> None:
    without = write_archives(
        tmp_path, settings=SETTINGS, classes=CLASSES, render=render_rectangle, threads=1
    )
    assert [sha256(path) for path in without] == [sha256(path) for path in with_test[:2]]
    assert not (tmp_path / TEST_ARCHIVE).exists()


def test_test_images_are_extracted_beside_the_others(with_test: list[Path], tmp_path: Path) -> None:
    extract_archives(with_test, tmp_path / "tree", LIMIT)
    derive_train_aug(tmp_path / "tree", num_classes=3, threads=2)
    voc = voc_folder(tmp_path / "tree")
    test = read_split(voc, "test")
    assert test == ("2012_000016", "2012_000017", "2012_000018")
    assert not set(test) & {*read_split(voc, "train_aug"), *read_split(voc, "val")}
    assert len(list((voc / "JPEGImages").iterdir())) == 18
    for folder in ("Annotations", "SegmentationClass", "SegmentationClassAug"):
        assert not {path.stem for path in (voc / folder).iterdir()} & set(test)
    own = {Image.open(path).tobytes() for path in (voc / "JPEGImages").iterdir()}
    assert len(own) == 18


def test_sizes_keep_their_bounds_and_vary() -> None:
    rng = np.random.default_rng(0)
    sizes = {draw_size(rng, (96, 144)) for _ in range(500)}
    sides = [side for size in sizes for side in size]
    assert min(sides) == 96
    assert max(sides) == 144
    assert len({round(max(size) / min(size), 2) for size in sizes}) >= 4
    assert any(height > width for height, width in sizes)
    assert {draw_size(rng, (64, 64)) for _ in range(20)} == {(64, 64)}


def test_every_image_of_the_plan_has_its_place() -> None:
    lists = plan_lists(SETTINGS)
    assert len(set(lists.all)) == 15
    assert set(lists.train + lists.val + lists.sbd_train + lists.sbd_val) == set(lists.all)


def test_an_outline_separates_two_objects_of_one_class() -> None:
    instances = np.zeros((8, 8), dtype=np.uint8)
    instances[:, :4], instances[:, 4:] = 1, 2
    outlined = outline_objects(np.ones((8, 8), dtype=np.uint8), instances)
    assert outlined[0].tolist() == [1, 1, 1, 255, 255, 1, 1, 1]


def test_train_aug_is_train_and_sbd_without_val(tree: Path) -> None:
    voc = voc_folder(tree)
    train_aug = derive_train_aug(tree, num_classes=3, threads=2)
    numbers = [*range(1, 7), *range(11, 16)]
    assert train_aug == tuple(f"2012_{number:06d}" for number in numbers)
    assert read_split(voc, "train_aug") == train_aug
    masks = sorted(path.stem for path in (voc / "SegmentationClassAug").iterdir())
    assert masks == sorted((*train_aug, *read_split(voc, "val")))


def test_the_masks_of_voc_win_over_those_of_sbd(tree: Path) -> None:
    derive_train_aug(tree, num_classes=3, threads=2)
    voc = voc_folder(tree)
    assert (sbd_folder(tree) / "cls" / "2012_000001.mat").exists()
    for image_id in ("2012_000001", "2012_000002", "2012_000007"):
        derived = voc / "SegmentationClassAug" / f"{image_id}.png"
        own = read_label_png(voc / "SegmentationClass" / f"{image_id}.png", 3)
        np.testing.assert_array_equal(read_label_png(derived, 3), own)
        with Image.open(derived) as image:
            assert image.mode == "L"
    extra = read_label_png(voc / "SegmentationClassAug" / "2012_000011.png", 3)
    np.testing.assert_array_equal(
        extra, read_mat_mask(sbd_folder(tree) / "cls" / "2012_000011.mat", 3)
    )


def test_a_broken_or_foreign_mat_file_is_refused(tree: Path, tmp_path: Path) -> None:
    content = (sbd_folder(tree) / "cls" / "2012_000001.mat").read_bytes()
    path = tmp_path / "mask.mat"
    for damaged in (b"", b"no mat file", content[:100], content[:150], content[:-20]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"mask\.mat: found a file that does not read"):
            read_mat_mask(path, 3)
    with pytest.raises(InputError, match="found no such file"):
        read_mat_mask(tmp_path / "none.mat", 3)
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"mask\.mat: found label 3, expected 0 to 2"):
        read_mat_mask(path, 2)


def test_a_mask_that_is_missing_leaves_no_half_made_folder(tmp_path: Path) -> None:
    archives = write_archives(
        tmp_path, settings=SETTINGS, classes=CLASSES, render=render_rectangle, threads=1
    )
    extract_archives(archives, tmp_path / "tree", LIMIT)
    (sbd_folder(tmp_path / "tree") / "cls" / "2012_000013.mat").unlink()
    with pytest.raises(InputError, match=r"2012_000013\.mat: found no such file"):
        derive_train_aug(tmp_path / "tree", num_classes=3, threads=2)
    assert not (voc_folder(tmp_path / "tree") / "SegmentationClassAug").exists()
    assert not (voc_folder(tmp_path / "tree") / "ImageSets/Segmentation/train_aug.txt").exists()
