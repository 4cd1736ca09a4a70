"""Intersection over union, by hand."""

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.evaluation import overlap as module
from methods.evaluation.crop import boxes_in_crop
from methods.evaluation.overlap import best_overlap, overlap, overlaps
from methods.postprocess.boxes import find_boxes
from tests.unit.small_boxes import box_set


def iou(found: list, true: list, ends_included: bool = False) -> float:
    return float(overlap(np.array(found), np.array(true, dtype=float), ends_included))


def test_overlap_by_hand() -> None:
    assert iou([0, 0, 10, 10], [0, 0, 10, 20]) == 0.5
    assert iou([0, 0, 10, 10], [5, 5, 15, 15]) == 25 / 175
    assert iou([0, 0, 10, 10], [10, 0, 20, 10]) == 0  # touching
    assert iou([0, 0, 4, 4], [20, 20, 30, 30]) == 0  # apart along both axes
    assert iou([1, 2, 3, 4], [1, 2, 3, 4]) == 1


def test_ends_that_are_pixels_make_boxes_one_longer() -> None:
    assert iou([0, 0, 9, 9], [0, 0, 9, 19], ends_included=True) == 0.5
    assert iou([0, 0, 9, 9], [0, 0, 9, 19]) == pytest.approx(81 / 171)
    assert iou([0, 0, 9, 9], [9, 9, 10, 10], ends_included=True) == 1 / 103
    assert iou([0, 0, 0, 0], [0, 0, 0, 0], ends_included=True) == 1  # the same single pixel


def test_boxes_without_an_area_agree_with_nothing() -> None:
    assert iou([0, 0, 0, 0], [0, 0, 0, 0]) == 0
    assert iou([3, 0, 3, 9], [0, 0, 5, 9]) == 0


def test_best_of_several_true_boxes() -> None:
    found = np.array([[0, 0, 2, 2], [0, 0, 2, 2]])
    truths = np.array([[[9, 9, 10, 10], [0, 0, 2, 4]], [[0, 0, 2, 2], [5, 5, 6, 6]]], dtype=float)
    assert best_overlap(found, truths).tolist() == [0.5, 1.0]
    assert best_overlap(found, truths[:, :1]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_first_and_best_box_of_every_map_and_threshold(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AT_ONCE", at_once)
    whole, half, miss = [0, 0, 9, 9], [0, 0, 9, 4], [20, 20, 29, 29]
    boxes = box_set(
        "wsolevaluation",
        [0.1, 0.2],
        [
            [[[half, whole], [miss]], [[whole], [miss, half]]],
            [[[miss], [miss]], [[miss], [whole]]],
        ],
    )
    truths = np.array([[whole], [whole]], dtype=float)
    first, best = overlaps(boxes, truths)
    assert first.tolist() == [[[0.5, 0], [1, 0]], [[0, 0], [0, 1]]]
    assert best.tolist() == [[[1, 0], [1, 0.5]], [[0, 0], [0, 1]]]


@pytest.mark.parametrize(
    ("x", "y", "found", "expected"),
    [
        (1, 2, [1, 2, 5, 6], 1),  # inside: both have 5 x 5 pixels
        (8, 2, [8, 2, 11, 6], 20 / 25),  # at the right border: 4 x 5 of them
        (1, 8, [1, 8, 5, 11], 20 / 25),  # at the lower border
        (8, 8, [8, 8, 11, 11], 16 / 25),  # in the corner
        (0, 0, [0, 0, 4, 4], 1),  # the others take nothing
    ],
)
def test_an_object_at_the_border_loses_a_pixel_of_its_found_box(
    x: int, y: int, found: list[int], expected: float
) -> None:
    """Found ends are held at 11, true ones are cut at 12, as in the evaluation of that name."""
    view = CentreCrop(resize=12, image_size=12)
    values = np.zeros((12, 12), dtype=np.float32)
    values[y : y + 4, x : x + 4] = 1
    (true,) = boxes_in_crop(np.array([[x, y, 4.0, 4.0]]), (12, 12), view, "exact")
    assert true.tolist() == [x, y, x + 4, y + 4]
    ((ours,),) = find_boxes(values, [0.5], 12, "wsolevaluation")
    assert ours.tolist() == found
    assert overlap(ours, true, ends_included=True) == expected
    ((ours,),) = find_boxes(values, [0.5], 12, "program")
    assert overlap(ours, true) == 1


def test_ends_of_the_program_are_not_pixels() -> None:
    boxes = box_set("program", [0.1], [[[[[0, 0, 9, 9]]], [[[0, 0, 10, 10]]]]])
    first, best = overlaps(boxes, np.array([[[0, 0, 9, 18]]], dtype=float))
    assert first.tolist() == [[[0.5], [90 / (100 + 162 - 90)]]]
    assert np.array_equal(first, best)
