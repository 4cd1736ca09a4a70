"""Verdicts on localization runs, out of metrics files of their own shape."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.claims import AtLeast, Equals, Quantity
from methods.data.files import write_json
from methods.errors import InputError
from methods.evaluation.box_scores import Outcomes
from methods.evaluation.localization import metrics_document, write_metrics
from methods.reporting.measurements import read_measurement, read_scores
from methods.reporting.verdicts import judge_all
from methods.reporting.withheld import is_withheld
from tests.unit.small_claim import RUNS, claim

CLASSES = ["auk", "owl"]
TEST = "test"
RELEASED = Quantity(run="cdtr", split=TEST, protocol="released", metric="top1_loc")
CENTRE = Quantity(control="centre_box", dataset="birds", split=TEST, metric="gt_known")
BOTH = {**RUNS, "cdtr": {"task": "localization", "checkpoint": {"rule": "last"}}}
FILE = "cdtr/seed3/metrics/test.released.json"
# Of ten images the first `named` have the right class, the first `located` the right box.
NAMED, LOCATED = 7, 6


def write_scores(results: Path, name: str, located: int) -> Path:
    """Metrics of ten images, each class with five; the single box is also the best one."""
    iou = np.where(np.arange(10) < located, 0.5, 0.49)
    outcomes = Outcomes(
        ids=tuple(f"{number:05d}" for number in range(10)),
        classes=np.arange(10) % 2,
        iou=np.stack([iou, iou], axis=1),
        top1=np.arange(10) < NAMED,
        top5=np.ones(10, dtype=bool),
        constant=np.zeros((10, 2), dtype=bool),
    )
    share = 10.0 * located
    document = metrics_document(
        split=TEST,
        name="released",
        protocol={"gt_known": "predicted"},
        classes=CLASSES,
        outcomes=outcomes,
        expected=10,
        scores={
            "box_acc": {"30": 100.0, "50": share, "70": 0.0},
            "box_acc_v2": None,
            "pxap": None,
            "curve": None,
        },
    )
    path = results / name
    write_metrics(path, path.with_suffix(".counts.npz"), document, outcomes)
    return path


def judge_released(results: Path, **fields: Any) -> dict[str, Any]:
    judged = claim(AtLeast(50.0), **{"quantity": RELEASED, **fields})
    document = judge_all([judged], results, [3], BOTH)
    (entry,) = json.loads(json.dumps(document, allow_nan=False))["verdicts"]
    return dict(entry)


def test_verdicts_are_read_from_the_metrics_files(tmp_path: Path) -> None:
    write_scores(tmp_path, FILE, LOCATED)
    write_scores(tmp_path, "controls/birds/test.centre_box.json", 4)
    entry = judge_released(tmp_path, minus=CENTRE)
    assert (entry["status"], entry["value"]) == ("fails", 20.0)
    assert entry["reason"] == "60.00 less 40.00: 20.00 is not at least 50.00."
    assert entry["files"] == ["cdtr/seed3/metrics/test.released.json", CENTRE.file(3)]


def test_the_split_test_of_a_localization_run_is_no_servers(tmp_path: Path) -> None:
    of_more = Quantity(run="more", split=TEST, protocol="crf")
    assert is_withheld(of_more, BOTH)
    assert not is_withheld(RELEASED, BOTH)
    assert not is_withheld(CENTRE, BOTH)
    write_scores(tmp_path, FILE, LOCATED)
    entry = judge_released(tmp_path)
    assert (entry["status"], entry["value"], entry["files"]) == ("holds", 60.0, [FILE])
    assert judge_released(tmp_path, quantity=of_more)["reason"] == (
        "Not evaluated: run more packs no label maps of test by crf for the evaluation server."
    )


@pytest.mark.parametrize(
    ("metric", "value"),
    [
        ("top1_loc", 60.0),
        ("top5_loc", 60.0),
        ("gt_known", 60.0),
        ("top1_cls", 70.0),
        ("box_acc.30", 100.0),
        ("box_acc.50", 60.0),
        ("decomposition.class_only", 10.0),
        ("decomposition.neither", 30.0),
        ("constant_maps", 0),
        ("per_class.auk.images", 5),
        ("per_class.owl.top1_loc", 60.0),
        ("box_acc_v2", None),
    ],
)
def test_metrics_by_their_path(tmp_path: Path, metric: str, value: float | None) -> None:
    write_scores(tmp_path, FILE, LOCATED)
    quantity = Quantity(run="cdtr", split=TEST, protocol="released", metric=metric)
    found = read_measurement(tmp_path, quantity, 3, BOTH)
    assert found.value == (None if value is None else pytest.approx(value))
    assert (found.evaluated, found.expected) == (10, 10)


@pytest.mark.parametrize("metric", ["miou", "box_acc", "box_acc.90", "per_class.tern.top1_loc"])
def test_what_is_not_there_is_refused(tmp_path: Path, metric: str) -> None:
    write_scores(tmp_path, FILE, LOCATED)
    quantity = Quantity(run="cdtr", split=TEST, protocol="released", metric=metric)
    with pytest.raises(InputError, match=rf"test\.released\.json: found .*metric {metric}"):
        read_measurement(tmp_path, quantity, 3, BOTH)


def test_an_undefined_metric_is_void(tmp_path: Path) -> None:
    write_scores(tmp_path, FILE, LOCATED)
    quantity = Quantity(run="cdtr", split=TEST, protocol="released", metric="box_acc_v2")
    entry = judge_released(tmp_path, quantity=quantity)
    assert entry["status"] == "void"
    assert entry["reason"] == (
        "Void: box_acc_v2 of cdtr, released, on test is undefined with seed 3."
    )


def test_a_control_may_be_held_to_a_known_value(tmp_path: Path) -> None:
    write_scores(tmp_path, "controls/birds/test.perfect.json", 10)
    perfect = Quantity(control="perfect", dataset="birds", split=TEST, metric="gt_known")
    document = judge_all([claim(Equals(100.0, 1e-9), quantity=perfect)], tmp_path, [3, 4], BOTH)
    (entry,) = document["verdicts"]
    assert (entry["status"], entry["seeds"]) == ("holds", ())


def test_number_edited_by_hand_is_not_judged(tmp_path: Path) -> None:
    path = write_scores(tmp_path, FILE, LOCATED)
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "top1_loc": 81.33}))
    with pytest.raises(InputError, match=r"top1_loc of .*test\.released\.json: found 81\.33"):
        judge_released(tmp_path)


def test_a_file_of_another_task_is_refused(tmp_path: Path) -> None:
    path = tmp_path / FILE
    write_json(path, {"task": "detection", "split": TEST})
    with pytest.raises(InputError) as refusal:
        read_scores(path)
    assert str(refusal.value) == (
        f"{path}: found the task 'detection', expected one of segmentation, localization;"
        " delete it and report.html and run again, which scores again."
    )
    # Without a task it is taken for segmentation's, and held to segmentation's fields.
    write_json(path, {"split": TEST})
    with pytest.raises(InputError, match="no field 'coverage'.*'?confusion_matrix"):
        read_scores(path)


def test_a_given_checkpoint_is_judged_once(tmp_path: Path) -> None:
    write_scores(tmp_path, FILE, LOCATED)
    given = {"cdtr": {"task": "localization", "checkpoint": {"rule": "file"}}}
    (entry,) = judge_all([claim(AtLeast(50.0), quantity=RELEASED)], tmp_path, [3, 4], given)[
        "verdicts"
    ]
    assert (entry["seeds"], entry["calibration"]) == ((3,), True)
