"""The names of metrics are those of the numbers that metrics files hold."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest

from methods.evaluation import localization, segmentation_files
from methods.evaluation.box_scores import Outcomes, box_accuracy
from methods.metric_names import metric_names

CLASSES = ("cat", "dog")


def of_segmentation() -> dict[str, Any]:
    return segmentation_files.metrics_document(
        split="val",
        name="raw",
        protocol={},
        classes=CLASSES,
        counts=np.ones((2, 3, 3), dtype=np.int64),
        expected=2,
        bootstrap_samples=2,
        bootstrap_seed=0,
    )


def of_localization() -> dict[str, Any]:
    flags = np.array([True, False])
    iou = np.array([[0.8, 0.8], [0.2, 0.6]])
    scores = {
        "box_acc": box_accuracy(iou[:, :1], dict.fromkeys(("30", "50", "70"), 0)),
        "box_acc_v2": 50.0,
        "pxap": 40.0,
        "curve": None,
    }
    return localization.metrics_document(
        split="test",
        name="every",
        protocol={"gt_known": "labelled"},
        classes=CLASSES,
        outcomes=Outcomes(
            ids=("a", "b"),
            classes=np.array([0, 1]),
            iou=iou,
            top1=flags,
            top5=flags,
            constant=np.zeros((2, 2), dtype=np.bool_),
        ),
        expected=2,
        scores=scores,
    )


def numbers(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The names of all numbers in a document, however deep."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from numbers(value, f"{above}{key}.")
        elif isinstance(value, int | float):
            yield f"{above}{key}"


@pytest.mark.parametrize(
    ("task", "document"), [("segmentation", of_segmentation()), ("localization", of_localization())]
)
def test_the_names_are_those_of_the_numbers(task: str, document: dict[str, Any]) -> None:
    assert set(metric_names(task, CLASSES)) == set(numbers(document))
