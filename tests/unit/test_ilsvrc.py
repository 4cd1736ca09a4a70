"""Generated archives of ILSVRC 2012, and what is refused of extracted ones."""

import io
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from methods.data import ilsvrc_adapter
from methods.data.birds import render_bird
from methods.data.files import sha256
from methods.data.formats import ILSVRC, generated_counts
from methods.data.held_out import HeldOut
from methods.data.ilsvrc import read_annotation
from methods.data.ilsvrc_generator import GeneratedSettings
from methods.data.image_index import read_index
from methods.data.manifest import write_index
from methods.data.scene_files import draw_size
from methods.errors import InputError
from methods.settings import build
from tests.unit.small_bird_archives import (
    ILSVRC_SETTINGS,
    ILSVRC_SPLITS,
    WNIDS,
    check_ilsvrc,
    extract_ilsvrc,
    ilsvrc_archives,
)

VALUES = {"seed": 5, "train": 2, "val": 2, "size": [48, 72], "grey_share": 0.3}
FIRST = "ILSVRC2012_val_00000001"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return extract_ilsvrc(tmp_path_factory.mktemp("ilsvrc"))


@pytest.fixture
def root(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "tree"))


def test_settings_and_names_are_those_of_an_experiment_file(whole: Path) -> None:
    assert build(GeneratedSettings, VALUES) == ILSVRC_SETTINGS
    assert generated_counts("ilsvrc", VALUES, {}, 3) == (ILSVRC_SPLITS, 12)
    assert {path.name for path in whole.parent.iterdir()} == {"tree", *ILSVRC.archives}


def test_archives_are_laid_out_as_published(whole: Path) -> None:
    with tarfile.open(whole.parent / "ILSVRC2012_img_train.tar") as archive:
        assert archive.getnames() == [f"{name}.tar" for name in WNIDS]
        content = archive.extractfile("n01443537.tar")
        assert content is not None
        with tarfile.open(fileobj=io.BytesIO(content.read())) as inner:
            assert inner.getnames() == ["n01443537_3.JPEG", "n01443537_4.JPEG"]
    with tarfile.open(whole.parent / "ILSVRC2012_img_val.tar") as archive:
        assert archive.getnames()[0] == f"{FIRST}.JPEG"
    with tarfile.open(whole.parent / "ILSVRC2012_bbox_val_v3.tgz") as archive:
        assert archive.getnames()[0] == f"val/{FIRST}.xml"


def test_archives_are_the_same_bytes_whatever_the_number_of_processes(tmp_path: Path) -> None:
    first, second = (
        [sha256(path) for path in ilsvrc_archives(tmp_path / str(threads), threads)]
        for threads in (1, 2)
    )
    assert first == second


def test_boxes_are_those_of_the_scene_and_some_images_have_several(whole: Path) -> None:
    counts = []
    for position in range(6):
        rng = np.random.default_rng([ILSVRC_SETTINGS.seed, 6 + position + 1])
        height, width = draw_size(rng, ILSVRC_SETTINGS.size)
        rng.random()  # whether it is grey
        birds = 2 if position % 3 == 0 else 1
        scene = render_bird(rng, height, width, position % 3, 3, birds)
        path = whole / f"boxes/val/ILSVRC2012_val_{position + 1:08d}.xml"
        name, boxes = read_annotation(path)
        assert name == WNIDS[position % 3]
        assert boxes == tuple(tuple(map(float, box)) for box in scene.boxes)
        counts.append(len(boxes))
    assert counts == [2, 1, 1, 2, 1, 1]


def test_a_whole_data_set_passes_and_its_index_reads_back(whole: Path, tmp_path: Path) -> None:
    result = check_ilsvrc(whole)
    assert {check["severity"] for check in result.checks["checks"]} == {"ok"}
    assert len(result.manifest["boxes"]) == 6
    assert len(result.manifest["boxes"][FIRST]) == 2
    assert result.manifest["masks"] == {}
    assert not any(id_.startswith("n0") for id_ in result.manifest["boxes"])
    names = {file["name"] for file in result.manifest["files"]}
    assert f"boxes/val/{FIRST}.xml" in names
    write_index(tmp_path / "index.csv", result.index)
    for split in ("train", "val"):
        records = read_index(tmp_path / "index.csv", split, WNIDS)
        assert [int(record.labels.argmax()) for record in records] == (
            [0, 0, 1, 1, 2, 2] if split == "train" else [0, 1, 2, 0, 1, 2]
        )
        assert all(record.labels.sum() == 1 for record in records)
    drawn = check_ilsvrc(whole, held_out=HeldOut("train", 2, seed=1))
    assert drawn.manifest["splits"]["train_kept"]["count"] == 4


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def corner(name: str, value: int) -> Callable[[Path], None]:
    def act(path: Path) -> None:
        text = path.read_text()
        before, _, after = text.partition(f"<{name}>")
        path.write_text(f"{before}<{name}>{value}</{name}>{after.partition(f'</{name}>')[2]}")

    return act


@pytest.mark.parametrize(
    ("act", "found"),
    [
        (corner("xmax", 68), r"the box x 38, y 35, width 30, .* expected a box with an area in an"),
        (corner("xmin", -2), "the box x -2, y 35"),
        (corner("xmax", 38), "the box x 38, y 35, width 0"),
        (Path.unlink, r"boxes/val: found nothing of the image ILSVRC2012_val_00000001, expected"),
        (lambda p: p.write_text("<a>"), r"reads? as boxes \(no element found"),
        (lambda p: p.write_text("<a/>"), r"read as boxes \(no object\)"),
        (lambda p: change(p, WNIDS[0], ""), r"read as boxes \(an object without a name\)"),
        (lambda p: change(p, "<xmin>38</xmin>", ""), r"read as boxes \(invalid literal"),
        (lambda p: change(p, WNIDS[0], "n9"), "found an object of class 'n9', expected one of the"),
        (
            lambda p: p.write_text(p.read_text().replace(WNIDS[0], WNIDS[1], 1)),
            "found objects of 2 classes, n01440764 and n01443537, expected one class",
        ),
    ],
)
def test_boxes_that_are_wrong_are_refused(
    root: Path, act: Callable[[Path], object], found: str
) -> None:
    """The image has 66x53 pixels, and its first box the corners 38, 35, 57, 48."""
    act(root / f"boxes/val/{FIRST}.xml")
    with pytest.raises(InputError, match=found):
        check_ilsvrc(root)


def test_a_box_that_leaves_its_image_by_a_pixel_is_counted(root: Path) -> None:
    corner("xmax", 67)(root / f"boxes/val/{FIRST}.xml")
    check = next(
        c for c in check_ilsvrc(root).checks["checks"] if c["name"] == "boxes lie in the image"
    )
    assert (check["severity"], check["checked"], check["failed"]) == ("warning", 8, 1)


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"images": 13}, "found 12 images, expected 13"),
        ({"splits": {"train": 6, "val": 5}}, "found 6 images of val, expected 5"),
        ({"classes": WNIDS[:2]}, r"train: found 3 classes, expected 2 as the experiment has"),
        ({"classes": WNIDS[::-1]}, "found n01440764 as class 1, expected n01484850"),
    ],
)
def test_another_data_set_than_the_declared_one_is_refused(
    whole: Path, changed: dict[str, object], found: str
) -> None:
    with pytest.raises(InputError, match=found):
        check_ilsvrc(whole, **changed)


def test_broken_missing_strange_and_repeated_images_are_named(root: Path) -> None:
    path = root / "train/n01440764/n01440764_1.JPEG"
    content = path.read_bytes()
    path.write_bytes(content[:-200])
    with pytest.raises(InputError, match=r"_1\.JPEG: found \d+ bytes that do not decode as a JPE"):
        check_ilsvrc(root)
    path.write_bytes(content)
    odd = path.with_name("notes.txt")
    odd.write_text("x")
    with pytest.raises(InputError, match=r"notes\.txt: found another file or a folder, expected"):
        check_ilsvrc(root)
    odd.unlink()
    shutil.copy(path, root / "train/n01443537/n01440764_1.JPEG")
    with pytest.raises(InputError, match=r"train/n01440764/n01440764_1\.JPEG and train/n01443537"):
        check_ilsvrc(root, splits={"train": 7, "val": 6}, images=13)
    (root / f"val/{FIRST}.JPEG").unlink()
    with pytest.raises(InputError, match="val: found nothing of the image ILSVRC2012_val_00000001"):
        check_ilsvrc(root)


def test_a_class_without_an_image_is_refused(root: Path) -> None:
    for path in (root / "train/n01443537").iterdir():
        path.unlink()
    found = "found no image of class 2, n01443537, in train, expected at least one of every class"
    with pytest.raises(InputError, match=found):
        check_ilsvrc(root, splits={"train": 4, "val": 6}, images=10)


def test_the_same_picture_in_both_splits_is_counted(root: Path) -> None:
    shutil.copy(root / f"val/{FIRST}.JPEG", root / "train/n01440764/n01440764_1.JPEG")
    check = next(c for c in check_ilsvrc(root).checks["checks"] if "two splits" in c["name"])
    assert check["examples"] == (f"{FIRST} (n01440764_1)",)


def test_pictures_for_print_and_pngs_pass(root: Path) -> None:
    folder = root / "train/n01440764"
    Image.new("CMYK", (40, 30)).save(folder / "n01440764_1.JPEG")
    Image.new("RGBA", (40, 30)).save(folder / "n01440764_2.JPEG", format="PNG")
    modes = {row["id"]: row["mode"] for row in check_ilsvrc(root).index}
    assert modes["n01440764_1"] == "CMYK"
    assert modes["n01440764_2"] == "RGBA"


def test_archives_of_other_names_are_noticed(tmp_path: Path) -> None:
    archives = ilsvrc_archives(tmp_path)
    renamed = archives[0].rename(tmp_path / "train.tar")
    tree = tmp_path / "tree"
    ilsvrc_adapter.extract([renamed, *archives[1:]], tree, classes=WNIDS, threads=1)
    with pytest.raises(InputError, match=r"tree/train: found 0 classes, expected 3"):
        check_ilsvrc(tree)
