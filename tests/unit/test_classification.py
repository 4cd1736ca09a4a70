"""F1 of image-level labels, by hand."""

import numpy as np
import pytest

from methods.evaluation.classification import f1_scores


def test_precision_and_recall_count_alike() -> None:
    truth = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0, 1, 1, 1]], dtype=np.float32)
    predicted = np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 0]], dtype=bool)
    # 1 and 1; 1/3 and 1; 1 and 1/3
    assert f1_scores(truth, predicted) == pytest.approx([1, 0.5, 0.5])


@pytest.mark.parametrize(
    ("truth", "predicted"), [([1, 0], [0, 1]), ([1, 0], [0, 0]), ([0, 0], [1, 1]), ([0, 0], [0, 0])]
)
def test_without_a_right_label_it_is_zero(truth: list[int], predicted: list[int]) -> None:
    assert f1_scores(np.array([truth]), np.array([predicted])).tolist() == [0.0]
