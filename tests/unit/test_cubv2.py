"""CUBV2: further images of CUB, with lists of their own."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from methods.errors import InputError
from tests.unit.small_bird_archives import check_cub, extract_cub

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


def test_boxes_of_cubv2_count_from_0_with_their_ends(whole: Path) -> None:
    line = (whole / LISTS / "localization.txt").read_text().splitlines()[0]
    x0, y0, x1, y1 = (float(field) for field in line.split(",")[1:])
    box = check_cub(whole).manifest["boxes"]["v2_00001"]
    assert box == [[x0, y0, x1 - x0 + 1, y1 - y0 + 1]]


@pytest.mark.parametrize(
    ("name", "old", "new", "found"),
    [
        ("class_labels.txt", ",2", ",3", "found label 3 of 003.* expected 0 to 2 of CUB's"),
        ("class_labels.txt", ",2", ",1", "found image 003.* in the folder 003.*, expected 002"),
        ("image_sizes.txt", "jpg,", "jpg,1", r"image_sizes\.txt: found a size of 1\d\dx\d+ pix"),
        ("image_sizes.txt", "jpg,", "jpg;", "on line 1, expected an id, width and height"),
        ("localization.txt", "jpg,", "jpg,9", r"localization\.txt: found the box x 9\d+, y"),
        ("localization.txt", "001.", "004.", r"localization\.txt: found no line of the id 001"),
        ("image_ids.txt", "001.Rufous_Banded_Wren/", "", "' on line 1, expected class folder/"),
    ],
)
def test_lists_of_cubv2_that_do_not_join_are_refused(
    root: Path, name: str, old: str, new: str, found: str
) -> None:
    change(root / LISTS / name, old, new)
    with pytest.raises(InputError, match=found):
        check_cub(root)


def test_an_image_of_cubv2_may_have_several_boxes(root: Path) -> None:
    path = root / LISTS / "localization.txt"
    first = path.read_text().splitlines()[0].partition(",")[0]
    path.write_text(path.read_text() + f"{first},1,2,10,20\n")
    boxes = check_cub(root).manifest["boxes"]["v2_00001"]
    assert boxes[1] == [1, 2, 10, 19]
    assert len(boxes) == 2


def test_the_same_picture_in_two_splits_is_counted(root: Path) -> None:
    """The size of CUBV2's first image is that of CUB's first here, so that only bytes tell."""
    twin = next((root / "CUBV2").glob("001.*/*.jpg"))
    shutil.copy(root / FIRST, twin)
    with Image.open(twin) as image:
        sizes = root / LISTS / "image_sizes.txt"
        lines = sizes.read_text().splitlines()
        lines[0] = f"{lines[0].partition(',')[0]},{image.width},{image.height}"
        sizes.write_text("\n".join(lines))
    check = next(c for c in check_cub(root).checks["checks"] if "two splits" in c["name"])
    assert check["severity"] == "warning"
    assert check["examples"] == ("v2_00001 (00001)",)
