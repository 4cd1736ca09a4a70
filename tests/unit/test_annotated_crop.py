"""The crop's arithmetic done a second time, by which the first is checked."""

import numpy as np
import pytest

from methods.data.centre_crop import CentreCrop
from methods.evaluation.annotated_crop import annotated_boxes
from methods.evaluation.crop import boxes_in_crop


def test_boxes_by_hand() -> None:
    """500 x 333 pixels become 384 x 256, which are cut at 80 and 16."""
    boxes = np.array([[250.0, 111.0, 125.0, 37.0], [0.0, 0.0, 500.0, 333.0], [0.0, 0.0, 9.0, 9.0]])
    found = annotated_boxes(boxes, (500, 333), 256, 224)
    expected = [192 - 80, 111 * 256 / 333 - 16, 288 - 80, 148 * 256 / 333 - 16]
    assert found[0].tolist() == pytest.approx(expected)
    assert found[1:].tolist() == [[0, 0, 224, 224], [0, 0, 0, 0]]


def test_a_box_that_ends_where_the_crop_begins_has_no_area() -> None:
    square = annotated_boxes(np.array([[0.0, 0.0, 16.0, 16.0]]), (256, 256), 256, 224)
    assert square.tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("sizes", [(256, 224), (10, 8), (30, 27), (224, 224)])
def test_both_ways_agree(sizes: tuple[int, int]) -> None:
    draw = np.random.default_rng(0)
    view = CentreCrop(*sizes)
    for width, height in draw.integers(10, 700, (300, 2)).tolist():
        corners = np.sort(draw.integers(0, (width, height), (4, 2, 2)), axis=1)
        boxes = np.concatenate([corners[:, 0], corners[:, 1] - corners[:, 0]], axis=1) * 1.0
        found = annotated_boxes(boxes, (width, height), *sizes)
        exact = boxes_in_crop(boxes, (width, height), view, "exact")
        assert np.abs(found - exact).max() < 1e-9
