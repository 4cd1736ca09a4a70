"""A box set from lists that fit on a line, and five images with their metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from methods.data.box_sets import BoxSet, collect
from methods.evaluation.box_scores import Outcomes
from methods.evaluation.localization import metrics_document

Box = Sequence[int]

CLASSES = ["albatross", "auklet", "blackbird"]


def box_set(
    rule: str,
    thresholds: Sequence[float],
    images: Sequence[Sequence[Sequence[Sequence[Box]]]],
    **changes: Any,
) -> BoxSet:
    """Boxes by image, map (predicted, true), threshold and size, as nested lists."""
    found = [
        (
            np.array([box for of_map in image for cell in of_map for box in cell], dtype=np.int16),
            np.array([[len(cell) for cell in of_map] for of_map in image]),
            np.zeros(2, dtype=np.bool_),
        )
        for image in images
    ]
    values = {
        "split": "test",
        "expected": len(images),
        "source": {"box": rule, "checkpoint_sha256": "abc"},
        "ids": [f"{number:05d}" for number in range(1, len(images) + 1)],
        "thresholds": thresholds,
        "found": found,
    }
    return collect(**{**values, **changes})


def outcomes(**changes: object) -> Outcomes:
    """Five images: both right, only the box, only the class, neither, and the true map alone."""
    values = {
        "ids": ("1", "2", "3", "4", "5"),
        "classes": np.array([0, 0, 1, 1, 1]),
        "iou": np.array([[0.5, 0.5], [0.9, 0.9], [0.499, 0.499], [0.1, 0.1], [0.2, 0.7]]),
        "top1": np.array([True, False, True, False, False]),
        "top5": np.array([True, True, True, False, True]),
        "constant": np.array([[0, 0], [0, 0], [1, 1], [0, 0], [0, 1]], dtype=bool),
    }
    return Outcomes(**{**values, **changes})


def document(results: Outcomes, expected: int = 5, **protocol: object) -> dict:
    return metrics_document(
        split="test",
        name="released",
        protocol={"gt_known": "predicted", "box": "program", **protocol},
        classes=CLASSES,
        outcomes=results,
        expected=expected,
        scores={
            "box_acc": {"30": 60.0, "50": 40.0, "70": 20.0},
            "box_acc_v2": None,
            "pxap": None,
            "curve": None,
        },
    )
