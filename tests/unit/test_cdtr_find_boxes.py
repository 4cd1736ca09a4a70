"""Boxes of maps small enough to draw by hand."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from methods.box_protocols import beyond_grid
from methods.data.predictions import write_arrays
from methods.errors import InputError
from methods.postprocess.boxes import (
    boxes_of_image,
    eight_bits,
    enlarge,
    find_boxes,
    threshold_grid,
)

SIDE = 12


def drawn(*regions: tuple[int, int, int, int], value: float = 1.0) -> np.ndarray:
    """A map of the size of the crop: 0, and a value in regions x1, y1, x2, y2."""
    values = np.zeros((SIDE, SIDE), dtype=np.float32)
    for x1, y1, x2, y2 in regions:
        values[y1:y2, x1:x2] = value
    return values


def found(values: np.ndarray, threshold: float, rule: str) -> list[list[int]]:
    (boxes,) = find_boxes(values, [threshold], SIDE, rule)
    assert boxes.dtype == np.int16
    return boxes.tolist()


def test_box_ends_behind_the_last_pixel() -> None:
    assert found(drawn((1, 2, 4, 7)), 0.5, "program") == [[1, 2, 4, 7]]


def test_only_the_largest_region_makes_the_box_of_the_program() -> None:
    values = drawn((0, 0, 2, 2), (5, 5, 9, 9))
    assert found(values, 0.5, "program") == [[5, 5, 9, 9]]
    assert found(values, 0.5, "wsolevaluation") == [[5, 5, 9, 9], [0, 0, 2, 2]]


def test_area_is_that_between_the_centres_of_pixels() -> None:
    """A row of eight pixels has none, so four pixels in a square win."""
    assert found(drawn((0, 0, 8, 1), (3, 5, 5, 7)), 0.5, "program") == [[3, 5, 5, 7]]
    assert found(drawn((3, 5, 4, 6)), 0.5, "program") == [[3, 5, 4, 6]]


def test_of_equal_areas_the_first_contour_wins() -> None:
    for regions in (
        [(1, 1, 4, 4), (6, 1, 9, 4), (2, 8, 5, 11)],  # areas of 4
        [(1, 1, 2, 2), (6, 3, 9, 4), (5, 8, 6, 9)],  # no area
    ):
        values = drawn(*regions)
        contours, _ = cv2.findContours(
            (values * 255).astype(np.uint8), cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE
        )
        assert len({cv2.contourArea(contour) for contour in contours}) == 1
        x, y, width, height = cv2.boundingRect(contours[0])
        expected = [x, y, x + width, y + height]
        assert expected in [list(region) for region in regions]
        assert found(values, 0.5, "program") == [expected]


def test_a_region_must_be_above_the_cut_not_at_it() -> None:
    """Values 0.5 become 127, which is also half of 255 cut to a whole number."""
    values = np.maximum(drawn((0, 0, 2, 2)), drawn((4, 4, 9, 9), value=0.5))
    assert eight_bits(values).max() == 255
    assert found(values, 0.5, "program") == [[0, 0, 2, 2]]
    assert found(values, 126.9 / 255, "program") == [[4, 4, 9, 9]]


def test_nothing_above_the_threshold() -> None:
    assert found(drawn((1, 2, 4, 7)), 1.0, "program") == [[0, 0, 1, 1]]
    assert found(drawn((1, 2, 4, 7)), 1.0, "wsolevaluation") == [[0, 0, 0, 0]]


def test_ends_are_held_below_the_side_where_they_count_as_pixels() -> None:
    values = drawn((9, 10, 12, 12), (1, 2, 5, 6))
    assert found(values, 0.5, "wsolevaluation") == [[1, 2, 5, 6], [9, 10, 11, 11]]


def test_contour_of_a_hole_makes_a_box_too() -> None:
    values = drawn((1, 1, 10, 10)) - drawn((4, 4, 7, 7))
    assert found(values, 0.5, "program") == [[1, 1, 10, 10]]
    assert found(values, 0.5, "wsolevaluation") == [[1, 1, 10, 10], [3, 3, 8, 8]]


@pytest.mark.parametrize(("rule", "box"), [("program", [0, 0, 1, 1]), ("wsolevaluation", [0] * 4)])
def test_constant_map_has_the_box_of_nothing(rule: str, box: list[int]) -> None:
    for value in (0.0, -3.3, 1e20):
        values = np.full((5, 5), value, dtype=np.float32)
        boxes = find_boxes(values, [0.0, 0.5], SIDE, rule)
        assert [made.tolist() for made in boxes] == [[box], [box]]
        assert not enlarge(values, SIDE, rule).any()


@pytest.mark.parametrize("rule", ["program", "wsolevaluation"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_map_that_is_not_finite_is_refused(rule: str, value: float) -> None:
    values = drawn((1, 2, 4, 7))
    values[3, 3] = value
    with pytest.raises(InputError, match=r"map 7: found NaN or infinity in a class map, expected"):
        find_boxes(values, [0.5], SIDE, rule, "map 7")


def test_rules_scale_before_or_after_they_enlarge() -> None:
    """Bicubic interpolation overshoots, so that only scaling behind it fills 0..1."""
    values = np.random.default_rng(0).normal(size=(5, 5)).astype(np.float32)
    for rule in ("program", "wsolevaluation"):
        for side in (7, 16):
            enlarged = enlarge(values, side, rule)
            assert enlarged.shape == (side, side)
            assert enlarged.dtype == np.float32
            assert enlarged.min() >= 0
            assert enlarged.max() <= 1
    assert enlarge(values, 16, "wsolevaluation").max() == 1
    assert enlarge(values, 16, "program").max() < 1  # between two centres of pixels
    assert np.array_equal(enlarge(values, 5, "program"), enlarge(values, 5, "wsolevaluation"))


def test_thresholds_of_one_cut_have_one_box() -> None:
    values = np.random.default_rng(1).random((6, 6)).astype(np.float32)
    grid = threshold_grid([0.195])
    together = find_boxes(values, grid, SIDE, "program")
    for threshold, boxes in zip(grid, together, strict=True):
        assert np.array_equal(find_boxes(values, [threshold], SIDE, "program")[0], boxes)
    assert len({boxes.tobytes() for boxes in together}) > 3


def test_grid_has_whole_hundredths_and_what_is_stated() -> None:
    assert threshold_grid([]) == tuple(step / 100 for step in range(100))
    grid = threshold_grid([0.2, 0.195])
    assert grid[19:22] == (0.19, 0.195, 0.2)
    assert len(grid) == 101


@pytest.mark.parametrize(
    ("stated", "beyond"),
    [
        ([None], ()),
        ([0.2, 0.29, 0.99, None], ()),
        ([0, 0.5], ()),  # a whole number in the file
        ([0.725, 0.2, 0.195, 0.725], (0.195, 0.725)),
    ],
)
def test_stated_thresholds_beyond_the_grid(
    stated: list[float | None], beyond: tuple[float, ...]
) -> None:
    shared = {"split": "test", "box": "program", "crop": "exact", "gt_known": "labelled"}
    protocols: dict[str, Any] = {
        f"p{number}": {**shared, "several": "best", "threshold_source": "fixed"}
        | ({} if threshold is None else {"threshold": threshold})
        for number, threshold in enumerate(stated)
    }
    found = beyond_grid({"protocols": protocols})
    assert found == beyond
    given = [threshold for threshold in stated if threshold is not None]
    assert threshold_grid(found) == threshold_grid(given)


def test_boxes_of_both_maps_of_an_image(tmp_path: Path) -> None:
    maps = np.stack([drawn((1, 2, 4, 7)), np.ones((SIDE, SIDE), dtype=np.float32)])
    write_arrays(tmp_path / "a.npz", {"maps": maps, "classes": np.array([0, 4])})
    boxes, counts, constant = boxes_of_image(tmp_path / "a.npz", [0.1, 1.0], SIDE, "program")
    assert boxes.tolist() == [[1, 2, 4, 7], [0, 0, 1, 1], [0, 0, 1, 1], [0, 0, 1, 1]]
    assert counts.tolist() == [[1, 1], [1, 1]]
    assert constant.tolist() == [False, True]


def test_maps_of_the_same_class_have_the_same_boxes(tmp_path: Path) -> None:
    maps = np.stack([drawn((1, 2, 4, 7), (8, 8, 9, 9))] * 2)
    write_arrays(tmp_path / "a.npz", {"maps": maps, "classes": np.array([4, 4])})
    boxes, counts, _ = boxes_of_image(tmp_path / "a.npz", [0.1], SIDE, "wsolevaluation")
    assert boxes.tolist() == 2 * [[1, 2, 4, 7], [8, 8, 9, 9]]
    assert counts.tolist() == [[2], [2]]
