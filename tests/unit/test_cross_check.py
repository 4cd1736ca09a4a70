"""Our scorer against mmsegmentation's."""

import numpy as np
import pytest

from methods.errors import InputError
from methods.evaluation.cross_check import compare, cross_check_document, mmseg_miou
from methods.evaluation.segmentation import count_pairs, scores

CLASSES = ("background", "cat", "dog", "bus", "bird")


def random_pairs(images: int) -> list:
    """Label 3 never occurs in the truth but is predicted; label 4 is in one image only."""
    rng = np.random.default_rng(8)
    pairs = []
    for number in range(images):
        size = tuple(rng.integers(20, 60, 2))
        truth = rng.choice([0, 1, 2, 4 if number == 0 else 0, 255], size).astype(np.uint8)
        noise = rng.integers(0, 5, size)
        prediction = np.where((rng.random(size) < 0.6) & (truth < 255), truth, noise)
        pairs.append((truth, prediction.astype(np.uint8)))
    return pairs


def test_both_scorers_agree() -> None:
    pairs = random_pairs(6)
    ours = scores(count_pairs(pairs, 5).sum(axis=0)).miou
    difference = compare("val.raw", ours, mmseg_miou(pairs, CLASSES))["difference"]
    assert abs(difference) < 1e-9  # percent points: far below float32, which mmsegmentation uses


def test_disagreement_stops_the_run() -> None:
    with pytest.raises(InputError, match="mIoU of val.crf: found 61.00000200, expected 61.0"):
        compare("val.crf", 61.000002, 61.0)
    with pytest.raises(InputError, match="mIoU of val.crf"):
        compare("val.crf", float("nan"), 61.0)


def test_document_names_the_other_program() -> None:
    document = cross_check_document({"val.raw": compare("val.raw", 61.0, 61.0)})
    assert document["tool"] == "mmsegmentation"
    assert document["version"] == "1.2.2"
    assert document["protocols"]["val.raw"] == {"miou": 61.0, "difference": 0.0}
