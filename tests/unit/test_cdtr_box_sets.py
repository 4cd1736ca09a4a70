"""Files of boxes: whole, of every image, and those that the index was written for."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from methods.data.box_sets import BoxSet, read_box_set, write_box_set
from methods.data.files import sha256
from methods.errors import InputError
from tests.unit.small_boxes import box_set

AGAIN = r"delete .*index\.json and report\.html and run again, which finds the boxes again"


@pytest.fixture
def boxes() -> BoxSet:
    return box_set(
        "wsolevaluation",
        [0.1, 0.2],
        [
            [[[[1, 2, 3, 4], [0, 0, 1, 1]], [[1, 1, 2, 2]]], [[[0, 0, 0, 0]], [[5, 5, 6, 6]]]],
            [[[[7, 7, 8, 8]], [[7, 7, 9, 9]]], [[[0, 0, 4, 4]], [[0, 0, 5, 5]]]],
        ],
    )


def test_boxes_are_read_as_they_were_written(boxes: BoxSet, tmp_path: Path) -> None:
    write_box_set(tmp_path / "index.json", boxes)
    found = read_box_set(tmp_path / "index.json")
    assert (found.split, found.expected, found.ids) == ("test", 2, ("00001", "00002"))
    assert found.source == {"box": "wsolevaluation", "checkpoint_sha256": "abc"}
    assert found.rule == "wsolevaluation"
    assert found.every_region
    assert not replace(found, source={"box": "program"}).every_region
    assert found.starts.tolist() == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    assert (found.boxes.dtype, found.starts.dtype) == (np.int16, np.int64)
    for name in ("thresholds", "boxes", "starts", "constant"):
        assert np.array_equal(getattr(found, name), getattr(boxes, name)), name
    document = json.loads((tmp_path / "index.json").read_text())
    assert (document["covered"], document["sha256"]) == (2, sha256(tmp_path / "boxes.npz"))


def test_same_boxes_make_the_same_file(boxes: BoxSet, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_box_set(tmp_path / folder / "index.json", boxes)
    assert (tmp_path / "a/boxes.npz").read_bytes() == (tmp_path / "b/boxes.npz").read_bytes()


def test_part_of_a_split_is_not_written(boxes: BoxSet, tmp_path: Path) -> None:
    sentence = (
        rf"found boxes of 2 images in 2 entries, expected one entry of each of the 3.*{AGAIN}"
    )
    with pytest.raises(InputError, match=sentence):
        write_box_set(tmp_path / "index.json", replace(boxes, expected=3))
    with pytest.raises(InputError, match="found boxes of 1 images in 2 entries"):
        write_box_set(tmp_path / "index.json", replace(boxes, ids=("00001", "00001")))
    assert not list(tmp_path.iterdir())


def test_changed_boxes_are_refused(boxes: BoxSet, tmp_path: Path) -> None:
    write_box_set(tmp_path / "index.json", boxes)
    with (tmp_path / "boxes.npz").open("ab") as file:
        file.write(b" ")
    with pytest.raises(InputError, match=r"found sha256 \w{64} of boxes.npz beside it, expected"):
        read_box_set(tmp_path / "index.json")
    (tmp_path / "boxes.npz").unlink()
    with pytest.raises(InputError, match=r"boxes\.npz: found no such file"):
        read_box_set(tmp_path / "index.json")


def rewrite(folder: Path, content: bytes) -> None:
    """Put another file in the place of the boxes, and its digest into the index."""
    (folder / "boxes.npz").write_bytes(content)
    index = json.loads((folder / "index.json").read_text())
    index["sha256"] = sha256(folder / "boxes.npz")
    (folder / "index.json").write_text(json.dumps(index))


def test_bytes_that_are_no_boxes_are_refused(boxes: BoxSet, tmp_path: Path) -> None:
    write_box_set(tmp_path / "index.json", boxes)
    rewrite(tmp_path, b"no archive")
    with pytest.raises(InputError, match=r"found no boxes in boxes\.npz, expected the arrays ids"):
        read_box_set(tmp_path / "index.json")
    with (tmp_path / "other.npz").open("wb") as file:
        np.savez(file, ids=np.array(["a"]))
    rewrite(tmp_path, (tmp_path / "other.npz").read_bytes())
    with pytest.raises(InputError, match=rf"found no boxes in boxes\.npz.*{AGAIN}"):
        read_box_set(tmp_path / "index.json")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"boxes": np.zeros((9, 3), dtype=np.int16)}, "found arrays of shapes"),
        ({"starts": np.arange(8)}, "found arrays of shapes"),
        ({"constant": np.zeros((2, 1), dtype=bool)}, "found arrays of shapes"),
        ({"starts": np.array([0, 2, 2, 4, 5, 6, 7, 8, 9])}, "found a map without a box at a thres"),
        ({"starts": np.array([0, 2, 3, 4, 5, 6, 7, 8, 10])}, "found a map without a box"),
        ({"source": {}}, "found no rule `box` in its source"),
    ],
)
def test_boxes_that_do_not_fit_together(
    boxes: BoxSet, tmp_path: Path, changes: dict, sentence: str
) -> None:
    with pytest.raises(InputError, match=rf"index\.json: {sentence}"):
        write_box_set(tmp_path / "index.json", replace(boxes, **changes))


def test_boxes_must_be_of_the_images_that_are_scored(boxes: BoxSet) -> None:
    index = Path("boxes/index.json")
    boxes.require(["00001", "00002"], index)
    with pytest.raises(InputError, match="found no box of 1 images, such as 00003, expected boxes"):
        boxes.require(["00001", "00002", "00003"], index)
    with pytest.raises(
        InputError, match="boxes of 2 images, or in another order, expected boxes of the 1 i"
    ):
        boxes.require(["00001"], index)
    with pytest.raises(
        InputError, match="boxes of 2 images, or in another order, expected boxes of the 2 i"
    ):
        boxes.require(["00002", "00001"], index)


def test_threshold_must_be_among_those_that_have_boxes(boxes: BoxSet) -> None:
    index = Path("boxes/index.json")
    assert boxes.position(0.1 + 1e-12, index) == 0
    assert boxes.position(0.2, index) == 1
    with pytest.raises(InputError, match=r"found no boxes at the threshold 0\.15, expected boxes"):
        boxes.position(0.15, index)
