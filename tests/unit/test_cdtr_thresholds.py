"""The choice of a threshold by hand, and files of chosen thresholds."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.box_protocols import BoxProtocol
from methods.data.files import write_json
from methods.errors import InputError
from methods.evaluation.overlap import overlaps
from methods.evaluation.threshold_choice import read_choice
from methods.evaluation.thresholds import choose_thresholds, read_thresholds
from tests.unit.small_boxes import box_set

# Boxes by their IoU with the true one, half-open.
TRUTH = [0, 0, 10, 20]
FULL, MOST, HALF, LITTLE, MISS = (
    [0, 0, 10, 20],
    [0, 0, 10, 15],  # 0.75
    [0, 0, 10, 10],  # 0.5
    [0, 0, 10, 7],  # 0.35
    [50, 0, 60, 20],
)
GRID = [0.1, 0.2, 0.3, 0.4]
HONEST = BoxProtocol(
    split="test",
    box="program",
    crop="exact",
    gt_known="labelled",
    several="last",
    threshold_source="cubv2",
)
# Two images; the predicted class's boxes would choose otherwise.
WRONG = [[[MISS], [MISS], [MISS], [FULL]]] * 2
IMAGES = [
    [WRONG[0], [[LITTLE], [HALF], [HALF], [MOST]]],
    [WRONG[1], [[LITTLE], [HALF], [HALF], [MISS]]],
]


def chosen(protocol: BoxProtocol = HONEST, rule: str = "program") -> dict[str, Any]:
    boxes = box_set(rule, GRID, IMAGES, split="cubv2")
    truths = np.array([[TRUTH], [TRUTH]], dtype=float)
    return choose_thresholds("honest", protocol, boxes, overlaps(boxes, truths))


def test_choice_by_hand() -> None:
    """The smallest of equal ones: 0.2 and 0.3 are right for both images."""
    assert chosen() == {
        "split": "cubv2",
        "protocol": "honest",
        "threshold": 0.2,
        "value": 100.0,
        "coverage": {"evaluated": 2, "expected": 2},
        "thresholds": GRID,
        "gt_known": [0.0, 100.0, 100.0, 50.0],
        "thresholds_by_iou": {"30": 0.1, "50": 0.2, "70": 0.4},
        "thresholds_of_all_boxes": None,
    }


def test_map_that_counts_is_that_of_the_protocol() -> None:
    assert chosen(replace(HONEST, gt_known="predicted"))["threshold"] == 0.4


def test_with_all_boxes_the_best_one_chooses_too() -> None:
    found = chosen(rule="wsolevaluation")
    assert found["thresholds_of_all_boxes"] == {"30": 0.1, "50": 0.2, "70": 0.4}
    several = [[[[MISS, FULL], [MISS], [MISS], [HALF]]] * 2]
    boxes = box_set("wsolevaluation", GRID, several, split="cubv2")
    ious = overlaps(boxes, np.array([[TRUTH]], dtype=float))
    found = choose_thresholds("honest", HONEST, boxes, ious)
    assert found["threshold"] == 0.4
    assert found["thresholds_of_all_boxes"] == {"30": 0.1, "50": 0.1, "70": 0.1}


def test_one_threshold_serves_all_images() -> None:
    """Each image alone would be right at some threshold; no threshold is right for both."""
    images = [
        [[[FULL], [MISS], [MISS], [MISS]]] * 2,
        [[[MISS], [FULL], [MISS], [MISS]]] * 2,
    ]
    boxes = box_set("program", GRID, images, split="cubv2")
    ious = overlaps(boxes, np.array([[TRUTH], [TRUTH]], dtype=float))
    found = choose_thresholds("honest", HONEST, boxes, ious)
    assert (found["threshold"], found["value"]) == (0.1, 50)


def test_chosen_thresholds_are_read(tmp_path: Path) -> None:
    write_json(tmp_path / "honest.json", chosen())
    found = read_thresholds(tmp_path / "honest.json", "honest", HONEST)
    assert found.single == {"30": 0.1, "50": 0.2, "70": 0.4}
    assert found.of_all_boxes == found.single
    every = {"30": 0.1, "50": 0.1, "70": 0.3}
    write_json(tmp_path / "honest.json", {**chosen(), "thresholds_of_all_boxes": every})
    assert read_thresholds(tmp_path / "honest.json", "honest", HONEST).of_all_boxes == every


@pytest.mark.parametrize(
    ("values", "ranges"),
    [
        ([0.0, 100.0, 100.0, 50.0], ((0.2, 0.3),)),
        ([0.0, 50.0, 25.0, 0.0], ((0.2, 0.2),)),
        ([0.0, 50.0, 25.0, 50.0], ((0.2, 0.2), (0.4, 0.4))),
        ([25.0, 50.0, 50.0, 50.0], ((0.2, 0.4),)),
    ],
)
def test_equally_good_thresholds_are_told_in_ranges(
    tmp_path: Path, values: list[float], ranges: tuple
) -> None:
    write_json(tmp_path / "honest.json", {**chosen(), "gt_known": values, "value": max(values)})
    choice = read_choice(tmp_path / "honest.json", "honest", HONEST)
    assert choice.equally_good == ranges
    assert (choice.split, choice.images) == ("cubv2", 2)
    assert (choice.threshold, choice.value) == (0.2, max(values))
    assert (choice.thresholds, choice.gt_known) == (tuple(GRID), tuple(values))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"threshold": 0.3}, "found 0.3 as threshold, expected the smallest of the best ones"),
        ({"value": 50.0}, "found 0.2 as threshold, expected the smallest of the best ones"),
        ({"gt_known": []}, "expected the smallest of the best ones of its curve"),
        ({"gt_known": [0.0, 100.0]}, "expected the smallest of the best ones of its curve"),
        ({"split": "test"}, r"found a threshold of \('test', 'honest'\), expected one of"),
        ({"protocol": "other"}, r"found a threshold of \('cubv2', 'other'\), expected one of"),
        ({"coverage": {"evaluated": 1, "expected": 2}}, "found a choice by 1 images"),
        ({"thresholds_by_iou": {"30": 0.1, "50": 0.1, "70": 0.4}}, "found 0.1 at IoU 0.5"),
        ({"thresholds_by_iou": {"30": 0.1}}, "found no field '50'"),
        ({"thresholds_of_all_boxes": {}}, "found no field '30'"),
        ({"threshold": "0.2"}, "found 'threshold' of type str"),
    ],
)
def test_broken_choice_is_refused(tmp_path: Path, changes: dict, sentence: str) -> None:
    write_json(tmp_path / "honest.json", {**chosen(), **changes})
    with pytest.raises(InputError, match=sentence):
        read_thresholds(tmp_path / "honest.json", "honest", HONEST)
