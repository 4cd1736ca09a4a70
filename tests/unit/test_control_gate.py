"""A control that is not worth what is known makes void what was measured as it was."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from methods.claims import AtLeast, AtMost, Equals, Quantity
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from methods.reporting.control_gate import failed_controls
from methods.reporting.verdicts import judge_all
from tests.unit.small_claim import CRF, PUBLISHED, RUNS, claim

PERFECT = Quantity(control="perfect", dataset="shapes", split="val", metric="miou")
COLOUR = Quantity(control="colour", dataset="shapes", split="val", metric="miou")
OF_TRAIN = Quantity(run="more", split="train", protocol="cam", metric="miou")
OF_SHAPES = {"more": {**RUNS["more"], "dataset": "shapes"}}
WRONG = (
    "Void: the evaluation of shapes on val is wrong, since miou of its control perfect is 66.67"
    " instead of 100.00."
)


def write(path: Path, hits: int, protocol: dict[str, Any] | None = None) -> Path:
    """Metrics of two images of two labels, each with so many of its 100 pixels found."""
    counts = np.array([[[hits, 100 - hits], [100 - hits, hits]]] * 2, dtype=np.int64)
    split, _, name = path.stem.rpartition(".")
    document = metrics_document(
        split=split,
        name=name,
        protocol=protocol or {},
        classes=["bird"],
        counts=counts,
        expected=2,
        bootstrap_samples=10,
        bootstrap_seed=0,
    )
    write_metrics(path, path.with_suffix(".counts.npz"), document, ["a", "b"], counts)
    return path


def controls(results: Path, *, perfect: int, known: float, dataset: str = "shapes") -> list[Path]:
    """Both known controls, the second with 80 of 100 pixels: an mIoU of 66.67; and a free one."""
    folder = results / "controls" / dataset
    return [
        write(folder / "val.perfect.json", perfect),
        write(folder / "val.all_background.json", 80, {"known_miou": known}),
        write(folder / "val.colour.json", 50),
    ]


def test_controls_that_are_worth_what_is_known_fail_nothing(tmp_path: Path) -> None:
    assert failed_controls(controls(tmp_path, perfect=100, known=100 * 2 / 3)) == {}


@pytest.mark.parametrize(
    ("perfect", "known", "words"),
    [
        (80, 100 * 2 / 3, "control perfect is 66.67 instead of 100.00"),
        (100, 60.0, "control all_background is 66.67 instead of 60.00"),
    ],
)
def test_a_control_that_is_not_fails_its_data_set_and_split(
    tmp_path: Path, perfect: int, known: float, words: str
) -> None:
    ((key, why),) = failed_controls(controls(tmp_path, perfect=perfect, known=known)).items()
    assert key == ("shapes", "val")
    assert why.endswith(words)


def test_every_claim_that_the_evaluation_measured_is_void(tmp_path: Path) -> None:
    files = controls(tmp_path, perfect=80, known=100 * 2 / 3)
    write(tmp_path / "more/seed0/metrics/val.crf.json", 90)
    write(tmp_path / "more/seed0/metrics/train.cam.json", 90)
    bounds = [
        claim(PUBLISHED),
        claim(AtLeast(1.0)),
        claim(AtMost(99.0), quantity=COLOUR),
        claim(AtLeast(-99.0), quantity=OF_TRAIN, minus=COLOUR),
        claim(AtLeast(1.0), quantity=OF_TRAIN),  # another split
        claim(Equals(100.0, 1e-9), quantity=PERFECT),  # says itself that it failed
    ]
    judged = judge_all(bounds, tmp_path, [0], OF_SHAPES, controls=files)["verdicts"]
    assert [entry["status"] for entry in judged] == ["void"] * 4 + ["holds", "fails"]
    assert {entry["reason"] for entry in judged[:4]} == {WRONG}
    assert judged[0]["value"] == pytest.approx(100 * 90 / 110)  # still shown
    assert judged[0]["difference"] is None


def test_the_controls_of_another_data_set_say_nothing(tmp_path: Path) -> None:
    files = controls(tmp_path, perfect=80, known=100 * 2 / 3, dataset="voc2012")
    write(tmp_path / "more/seed0/metrics/val.crf.json", 90)
    (entry,) = judge_all([claim(AtLeast(1.0))], tmp_path, [0], OF_SHAPES, controls=files)[
        "verdicts"
    ]
    assert entry["status"] == "holds"


def test_a_failed_control_is_told_beside_a_deviation(tmp_path: Path) -> None:
    files = controls(tmp_path, perfect=80, known=100 * 2 / 3)
    write(tmp_path / "more/seed0/metrics/val.crf.json", 90)
    (entry,) = judge_all(
        [claim(PUBLISHED, quantity=CRF)],
        tmp_path,
        [0],
        OF_SHAPES,
        controls=files,
        voided={"c": "train_split is another"},
    )["verdicts"]
    assert entry["reason"] == f"{WRONG.removesuffix('.')}; train_split is another."
