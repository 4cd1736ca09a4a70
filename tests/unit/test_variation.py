"""What moves a number: seeds, images, the choice of the checkpoint."""

from pathlib import Path
from typing import Any

import pytest

from methods.claims import Quantity
from methods.data.files import write_json
from methods.reporting.image_intervals import ImageInterval
from methods.reporting.variation import checkpoint_ranges, variation
from tests.unit.small_claim import CRF
from tests.unit.small_validation import scored

CAM = Quantity(run="more", split="val", validation="cam")


def write_validation(results: Path, seed: int, split: str, iteration: int, miou: float) -> Path:
    path = results / f"more/seed{seed}/validation/{split}.{iteration}.json"
    document = {
        "split": split,
        "iteration": iteration,
        "coverage": {"evaluated": 60, "expected": 60},
        "f1": 90.0,
        **scored({"decoder": miou, "cam": miou + 1}),
    }
    write_json(path, document)
    return path


@pytest.fixture
def validations(tmp_path: Path) -> list[Path]:
    """Six checkpoints of a training that gets worse at the end, and some that are not its."""
    curve = {100: 1.0, 200: 50.0, 300: 60.0, 400: 64.0, 500: 68.0, 600: 66.0}
    return [
        *(write_validation(tmp_path, 0, "val", step, miou) for step, miou in curve.items()),
        write_validation(tmp_path, 1, "val", 600, 99.0),
        write_validation(tmp_path, 0, "held_out", 600, 99.0),
    ]


def test_checkpoints_of_the_second_half_count(tmp_path: Path, validations: list[Path]) -> None:
    (found,) = checkpoint_ranges(tmp_path, CRF, [0, 1], validations)
    assert found == {
        "seed": 0,
        "map": "decoder",
        "iterations": [400, 600],
        "number": 3,
        "range": pytest.approx([64.0, 68.0]),
    }
    (cam,) = checkpoint_ranges(tmp_path, CAM, [0], validations)
    assert (cam["map"], cam["range"]) == ("cam", pytest.approx([65.0, 69.0]))


@pytest.mark.parametrize("change", [{"split": "train"}, {"run": "other"}, {"metric": "f1"}])
def test_of_other_numbers_nothing_is_known(
    tmp_path: Path, validations: list[Path], change: dict[str, Any]
) -> None:
    fields = {"run": "more", "split": "val", "protocol": "crf", "metric": "miou", **change}
    assert checkpoint_ranges(tmp_path, Quantity(**fields), [0], validations) == []
    control = Quantity(control="colour", dataset="shapes", split="val")
    assert checkpoint_ranges(tmp_path, control, [0], validations) == []


def test_each_cause_stands_by_itself() -> None:
    images = {0: ImageInterval("binomial", 78.0, 82.0), 1: None}
    ranges = [{"seed": 0, "range": [64.0, 68.0]}, {"seed": 1, "range": [60.0, 66.0]}]
    found = variation({0: 80.0, 1: 82.0}, images, ranges)
    assert found["seeds"] == {"number": 2, "sd": pytest.approx(2**0.5)}
    (image,) = found["images"]["each"]
    assert (image["seed"], image["method"], image["interval_95"]) == (0, "binomial", [78.0, 82.0])
    assert image["standard_error"] == pytest.approx(2 / 1.959964)  # half the width over z
    assert found["images"]["standard_error"] == image["standard_error"]
    assert found["checkpoints"] == {"width": 5.0, "each": ranges}


def test_causes_without_data_are_left_out() -> None:
    assert variation({0: 80.0}, {0: None}, []) == {}
