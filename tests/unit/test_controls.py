"""Controls of known score, through the same scorer as any prediction."""

import numpy as np
import pytest

from methods.evaluation.controls import all_background, all_background_miou, perfect
from methods.evaluation.segmentation import count_pairs, scores


@pytest.fixture
def masks() -> list[np.ndarray]:
    """Two masks with 65 background, 20 and 15 class pixels; class 3 never occurs."""
    first = np.zeros((10, 8), dtype=np.uint8)
    first[:2] = 255
    first[2:4] = 1
    second = np.zeros((6, 8), dtype=np.uint8)
    second[0] = 255
    second[1:3, :7] = 2
    second[3, 0] = 2
    second[4, :4] = 1
    second[5, 7] = 255
    return [first, second]


def miou(masks: list[np.ndarray], predict: object) -> float:
    return scores(count_pairs(((mask, predict(mask)) for mask in masks), 4).sum(axis=0)).miou


def test_perfect_prediction_scores_100(masks: list[np.ndarray]) -> None:
    assert miou(masks, perfect) == 100


def test_all_background_scores_its_share_over_the_labels_that_occur(
    masks: list[np.ndarray],
) -> None:
    background = sum(int((mask == 0).sum()) for mask in masks)
    labelled = sum(int((mask != 255).sum()) for mask in masks)
    assert labelled == 103
    expected = 100 * background / labelled / 3
    assert miou(masks, all_background) == pytest.approx(expected)
    assert all_background_miou(masks) == pytest.approx(expected)


def test_controls_decide_every_pixel(masks: list[np.ndarray]) -> None:
    for control in (perfect, all_background):
        for mask in masks:
            assert control(mask).shape == mask.shape
            assert control(mask).dtype == np.uint8
            assert control(mask).max() < 255


def test_controls_leave_the_mask_alone(masks: list[np.ndarray]) -> None:
    before = masks[0].copy()
    perfect(masks[0])
    assert (masks[0] == before).all()
