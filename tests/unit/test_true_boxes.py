"""True boxes out of a manifest, and their gate."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.data.boxes import boxes_outside, read_boxes
from methods.data.files import write_json
from methods.errors import InputError


def test_boxes_read_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    write_json(path, {"boxes": {"a": [[1, 2.5, 3, 4], [0, 0, 5, 6]], "b": [[-0.5, 0, 1, 1]]}})
    boxes = read_boxes(path)
    assert list(boxes) == ["a", "b"]
    np.testing.assert_array_equal(boxes["a"], [[1, 2.5, 3, 4], [0, 0, 5, 6]])
    assert boxes["b"].shape == (1, 4)
    assert boxes["a"].dtype == np.float64


@pytest.mark.parametrize("content", [{"masks": {}}, [], {"boxes": []}])
def test_a_data_set_without_boxes_is_refused(tmp_path: Path, content: Any) -> None:
    write_json(tmp_path / "manifest.json", content)
    with pytest.raises(InputError, match=r"manifest\.json: found no boxes, expected the boxes"):
        read_boxes(tmp_path / "manifest.json")


@pytest.mark.parametrize(
    "boxes",
    [[], None, [1, 2, 3, 4], [[1, 2, 3]], [[1, 2, 0, 4]], [[1, 2, 3, "4"]], [[1, 2, 3, True]]],
)
def test_what_is_no_box_is_refused(tmp_path: Path, boxes: Any) -> None:
    write_json(tmp_path / "manifest.json", {"boxes": {"00007": boxes}})
    with pytest.raises(InputError, match="found boxes of 00007 that are none, expected a list of"):
        read_boxes(tmp_path / "manifest.json")


def test_infinite_boxes_are_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"boxes": {"00007": [[1, 2, Infinity, 4]]}}')
    with pytest.raises(InputError, match="found boxes of 00007 that are none"):
        read_boxes(tmp_path / "manifest.json")


def test_boxes_at_the_border_are_inside_and_a_pixel_beyond_is_tolerated() -> None:
    def outside(*box: float) -> int:
        return boxes_outside([box], (30, 40), "boxes.txt", "00001")  # type: ignore[list-item]

    assert outside(0, 0, 40, 30) == 0
    assert [outside(-1, 0, 5, 5), outside(36, 0, 5, 5), outside(0, 26, 5, 5)] == [1, 1, 1]
    nan = float("nan")
    for box in ((-1.01, 0, 5, 5), (36.01, 0, 5, 5), (0, 26.01, 5, 5), (nan, 0, 5, 5)):
        with pytest.raises(InputError, match=r"boxes\.txt: found the box x .* of 00001, expected"):
            outside(*box)
    boxes = [(0.0, 0.0, 1.0, 1.0), (-0.5, 0.0, 1.0, 1.0), (0.0, -0.5, 1.0, 1.0)]
    assert boxes_outside(boxes, (30, 40), "boxes.txt", "00001") == 2
