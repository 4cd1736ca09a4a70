"""Intersection over union, by hand."""

import numpy as np
import pytest

from methods.evaluation import overlap as module
from methods.evaluation.overlap import best_overlap, overlap, overlaps
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


def test_ends_of_the_program_are_not_pixels() -> None:
    boxes = box_set("program", [0.1], [[[[[0, 0, 9, 9]]], [[[0, 0, 10, 10]]]]])
    first, best = overlaps(boxes, np.array([[[0, 0, 9, 18]]], dtype=float))
    assert first.tolist() == [[[0.5], [90 / (100 + 162 - 90)]]]
    assert np.array_equal(first, best)
