"""Metrics files of localization that do not hold what they say."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.data.files import write_json
from methods.errors import InputError
from methods.evaluation.box_scores import RATES
from methods.evaluation.localization import read_metrics, write_metrics
from tests.unit.small_boxes import document, outcomes


@pytest.fixture
def metrics(tmp_path: Path) -> Path:
    path = tmp_path / "test.released.json"
    write_metrics(path, path.with_suffix(".counts.npz"), document(outcomes()), outcomes())
    return path


def test_metrics_are_read_as_they_were_written(metrics: Path) -> None:
    assert read_metrics(metrics) == document(outcomes())


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        *(((rate,), 99.0) for rate in RATES),
        (("decomposition", "both"), 21.0),
        (("constant_maps",), 0),
        (("coverage", "evaluated"), 6),
        (("coverage", "expected"), 6),
        (("per_class", "albatross", "images"), 3),
        (("box_acc", "50"), 41.0),
        (("intervals_95", "top1_loc", "binomial"), [0.0, 100.0]),
        (("intervals_95", "top1_loc", "binomial"), []),
        (("task",), "segmentation"),
        (("protocol", "gt_known"), "labelled"),
    ],
)
def test_tampered_metrics_are_refused(metrics: Path, keys: tuple, value: object) -> None:
    changed = json.loads(metrics.read_text())
    part = changed
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    write_json(metrics, changed)
    with pytest.raises(InputError, match=r"of .*test\.released\.json: .* by the counts beside it"):
        read_metrics(metrics)


def test_the_sentence_says_both_numbers(metrics: Path) -> None:
    write_json(metrics, {**document(outcomes()), "top1_loc": 81.33})
    sentence = r"top1_loc of .*: found 81\.33, expected 20\.0 by the counts beside it; delete the"
    with pytest.raises(InputError, match=sentence):
        read_metrics(metrics)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"iou": np.full((5, 2), 0.6)}, r"found \d+\.0, expected \d+\.0 by the counts"),
        ({"top1": np.ones(4, dtype=bool)}, "found counts of shapes"),
        ({"ids": ("1", "1", "2", "3", "4")}, "found counts of shapes"),
        ({"classes": np.array([0, 0, 1, 1, 3])}, "found classes 0 to 3, expected 0 to 2"),
    ],
)
def test_tampered_counts_are_refused(metrics: Path, changes: dict, sentence: str) -> None:
    write_metrics(
        metrics, metrics.with_suffix(".counts.npz"), document(outcomes()), outcomes(**changes)
    )
    with pytest.raises(InputError, match=sentence):
        read_metrics(metrics)


def test_missing_and_broken_counts_are_one_sentence(metrics: Path) -> None:
    counts = metrics.with_suffix(".counts.npz")
    counts.write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"counts\.npz: found bytes that are no counts"):
        read_metrics(metrics)
    counts.unlink()
    with pytest.raises(InputError, match=r"counts\.npz: found no such file, expected the outcome"):
        read_metrics(metrics)


@pytest.mark.parametrize("content", [[], {"task": "localization"}, {"top1_loc": "81"}])
def test_foreign_metrics_are_one_sentence(metrics: Path, content: object) -> None:
    write_json(metrics, content)
    with pytest.raises(InputError, match=r"test\.released\.json: found"):
        read_metrics(metrics)
