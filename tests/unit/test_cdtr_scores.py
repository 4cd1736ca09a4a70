"""Metrics of localization by hand."""

from pathlib import Path

import numpy as np
import pytest

from methods.box_protocols import BoxProtocol
from methods.errors import InputError
from methods.evaluation.box_scores import RATES, Outcomes
from methods.evaluation.localization import judge
from methods.evaluation.overlap import overlaps
from methods.evaluation.proportions import binomial_interval
from methods.evaluation.thresholds import Thresholds
from tests.unit.small_boxes import box_set, document, outcomes

# An image of 10 x 20 pixels, and boxes by their IoU with it.
TRUTH = [0, 0, 10, 20]
HALF, THIRD, FULL, MISS = [0, 0, 10, 10], [0, 0, 10, 7], [0, 0, 10, 20], [30, 0, 40, 20]


def test_rates_by_hand() -> None:
    """A box is right from an IoU of exactly 0.5 on."""
    found = document(outcomes())
    assert [found[rate] for rate in RATES] == [20, 40, 40, 40, 80]
    assert found["decomposition"] == {
        "both": 20,
        "box_only": 20,
        "class_only": 20,
        "neither": 40,
    }
    assert sum(found["decomposition"].values()) == 100
    assert found["constant_maps"] == 2
    assert found["coverage"] == {"evaluated": 5, "expected": 5}
    assert found["task"] == "localization"


def test_map_of_the_true_class_serves_gt_known_alone() -> None:
    predicted, true = document(outcomes()), document(outcomes(), gt_known="labelled")
    assert true["gt_known"] == 60
    for key in ("top1_loc", "top5_loc", "top1_cls", "top5_cls", "decomposition"):
        assert true[key] == predicted[key]


def test_scores_of_classes() -> None:
    found = document(outcomes())["per_class"]
    assert found["albatross"] == {"images": 2, "top1_loc": 50, "gt_known": 100, "top1_cls": 50}
    assert found["auklet"]["top1_loc"] == 0
    assert found["auklet"]["top1_cls"] == pytest.approx(100 / 3)
    assert found["blackbird"] == {
        "images": 0,
        "top1_loc": None,
        "gt_known": None,
        "top1_cls": None,
    }


def test_part_of_a_split_is_void() -> None:
    sentence = r"metrics of test\.released: found 5 scored images, expected all 6 of the split"
    with pytest.raises(InputError, match=sentence):
        document(outcomes(), expected=6)


def test_known_binomial_intervals() -> None:
    """Wilson's: (p + z^2 / 2n -+ z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)."""
    ten_of_forty = np.arange(40) < 10
    assert binomial_interval(ten_of_forty) == pytest.approx([14.1869, 40.1938], abs=1e-3)
    assert binomial_interval(np.ones(10, dtype=bool)) == pytest.approx([72.2467, 100], abs=1e-3)


def protocol(**changes: object) -> BoxProtocol:
    values = {
        "split": "test",
        "box": "program",
        "crop": "exact",
        "gt_known": "predicted",
        "several": "last",
        "threshold_source": "fixed",
        "threshold": 0.2,
    }
    return BoxProtocol(**{**values, **changes})


def judged(rule: str, gt_known: str, thresholds: Thresholds) -> tuple[Outcomes, dict]:
    """Two images at thresholds 0.1 and 0.2; the second is of class 1, ranked second."""
    boxes = box_set(
        rule,
        [0.1, 0.2],
        [
            [[[HALF], [THIRD]], [[HALF], [FULL]]],
            [[[FULL], [FULL]], [[MISS], [MISS]]],
        ],
    )
    truths = np.array([[TRUTH], [TRUTH]], dtype=float)
    ways = protocol(box=rule, gt_known=gt_known)
    classes, ranks = np.array([0, 1]), np.array([0, 1])
    found = overlaps(boxes, truths)
    return judge(boxes, found, classes, ranks, ways, thresholds, Path("boxes/index.json"))


def test_boxes_are_read_at_the_threshold() -> None:
    low, scores = judged("program", "predicted", Thresholds.given(0.1))
    assert low.iou[:, 0].tolist() == [0.5, 1.0]
    assert scores["box_acc"] == {"30": 100, "50": 100, "70": 50}
    high, scores = judged("program", "predicted", Thresholds.given(0.2))
    assert high.iou[:, 0].tolist() == [0.35, 1.0]
    assert scores["box_acc"] == {"30": 100, "50": 50, "70": 50}
    assert scores["curve"] == {
        "thresholds": [0.1, 0.2],
        "gt_known": [100, 50],
        "top1_loc": [50, 0],
    }
    assert scores["box_acc_v2"] is None
    assert (high.top1.tolist(), high.top5.tolist()) == ([True, False], [True, True])
    _, scores = judged("program", "labelled", Thresholds.given(0.2))
    assert scores["curve"]["gt_known"] == [50, 50]
    assert scores["curve"]["top1_loc"] == [50, 0]  # of the predicted class's map all the same


def test_every_iou_may_have_its_own_threshold() -> None:
    chosen = Thresholds({"30": 0.2, "50": 0.1, "70": 0.2}, {"30": 0.1, "50": 0.1, "70": 0.1})
    results, scores = judged("program", "labelled", chosen)
    assert results.iou[:, 1].tolist() == [0.5, 0]
    assert scores["box_acc"] == {"30": 50, "50": 50, "70": 50}


def test_best_of_all_boxes_counts_for_the_second_box_accuracy() -> None:
    """Ends are pixels here: 11 x 21 = 231 of them in the true box, 121 of which are found."""
    images = [[[[MISS, HALF]], [[MISS, HALF]]], [[[FULL, MISS]], [[FULL, MISS]]]]
    boxes = box_set("wsolevaluation", [0.2], images)
    truths = np.array([[TRUTH], [TRUTH]], dtype=float)
    ways, ranks = protocol(box="wsolevaluation"), np.array([0, 0])
    results, scores = judge(
        boxes, overlaps(boxes, truths), ranks, ranks, ways, Thresholds.given(0.2), Path("index")
    )
    assert results.iou[:, 0].tolist() == [0, 1]
    assert scores["box_acc"] == {"30": 50, "50": 50, "70": 50}
    assert scores["box_acc_v2"] == pytest.approx((100 + 100 + 50) / 3)


def test_threshold_without_boxes_is_refused() -> None:
    with pytest.raises(InputError, match=r"index\.json: found no boxes at the threshold 0\.3"):
        judged("program", "predicted", Thresholds.given(0.3))
