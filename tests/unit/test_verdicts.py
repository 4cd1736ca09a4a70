"""Verdicts with known answers."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.claims import AtLeast, AtMost, Equals, Quantity
from methods.data.files import write_json
from methods.errors import InputError
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from methods.reporting.judging import judge
from methods.reporting.measurements import Measurement, read_measurement
from methods.reporting.verdicts import judge_all
from tests.unit.small_claim import CRF, PUBLISHED, RUNS, claim
from tests.unit.small_validation import scored

MULTISCALE = Quantity(run="more", split="val", protocol="multiscale", metric="miou")
COLOUR = Quantity(control="colour", dataset="shapes", split="val", metric="miou")
KNOWN = Quantity(control="colour", dataset="shapes", split="val", metric="protocol.known_miou")
GIVEN = {"task": "segmentation", "checkpoint": {"rule": "file"}}


def measured(values: dict[Quantity, list[float | None]], evaluated: int = 60) -> dict:
    return {
        (quantity, seed): Measurement(value, evaluated, 60)
        for quantity, of_seeds in values.items()
        for seed, value in enumerate(of_seeds)
    }


@pytest.mark.parametrize(
    ("bound", "value", "status"),
    [
        (AtLeast(55.0), 60.0, "holds"),
        (AtLeast(55.0), 55.0, "holds"),
        (AtLeast(55.0), 54.99, "fails"),
        (AtMost(40.0), 31.0, "holds"),
        (AtMost(40.0), 40.01, "fails"),
        (Equals(100.0, 1e-9), 100.0, "holds"),
        (Equals(100.0, 0.5), 99.4, "fails"),
        (Equals(100.0, 0.5), 100.6, "fails"),
        (PUBLISHED, 75.5, "consistent"),
        (PUBLISHED, 77.3, "consistent"),
        (PUBLISHED, 75.3, "inconsistent"),
        (PUBLISHED, 77.5, "inconsistent"),
    ],
)
def test_one_seed(bound: object, value: float, status: str) -> None:
    verdict = judge(claim(bound), measured({CRF: [value]}), [0])
    assert verdict.status == status
    assert verdict.value == value
    assert verdict.values == (value,)
    assert verdict.seeds == (0,)
    assert verdict.reference is not None
    assert verdict.difference == pytest.approx(value - verdict.reference)


def test_bound_must_hold_with_every_seed() -> None:
    values = {CRF: [60.0, 54.0, 61.0]}
    verdict = judge(claim(AtLeast(55.0)), measured(values), [0, 1, 2])
    assert verdict.status == "fails"
    assert verdict.value == pytest.approx(175 / 3)
    assert verdict.reason == "54.00, the worst of 3 seeds, is not at least 55.00."
    assert judge(claim(AtLeast(53.0)), measured(values), [0, 1, 2]).status == "holds"


def test_difference_is_taken_seed_by_seed() -> None:
    values = {CRF: [60.0, 62.0], MULTISCALE: [60.5, 64.0]}
    verdict = judge(claim(AtLeast(-1.0), minus=MULTISCALE), measured(values), [0, 1])
    assert verdict.values == (-0.5, -2.0)
    assert verdict.status == "fails"
    between = "On average 61.00 less 62.25"
    assert verdict.reason == f"{between}: -2.00, the worst of 2 seeds, is not at least -1.00."


def test_control_is_subtracted_from_every_seed() -> None:
    values = {CRF: [60.0, 62.0], COLOUR: [31.0, 31.0]}
    verdict = judge(claim(AtLeast(20.0), minus=COLOUR), measured(values), [0, 1])
    assert verdict.values == (29.0, 31.0)
    assert verdict.status == "holds"
    one = judge(claim(AtLeast(20.0), minus=COLOUR), measured(values), [0])
    assert one.reason == "60.00 less 31.00: 29.00 is at least 20.00."


def test_control_is_one_value_whatever_the_number_of_seeds() -> None:
    verdict = judge(claim(AtMost(40.0), quantity=COLOUR), measured({COLOUR: [31.0]}), [0, 1, 2])
    assert (verdict.status, verdict.values, verdict.seeds) == ("holds", (31.0,), ())
    assert verdict.reason == "31.00 is at most 40.00."


def test_bound_may_be_another_quantity() -> None:
    bound = Equals(KNOWN, 1e-9)
    same = measured({COLOUR: [11.8], KNOWN: [11.8]})
    held = judge(claim(bound, quantity=COLOUR), same, [0])
    assert (held.status, held.reason) == ("holds", "11.80 is the expected 11.80, to within 1e-09.")
    other = judge(claim(bound, quantity=COLOUR), measured({COLOUR: [11.8], KNOWN: [11.9]}), [0])
    assert (other.status, other.reference) == ("fails", 11.9)
    assert other.reason == "11.80 is not the expected 11.90, to within 1e-09."


def test_incomplete_coverage_is_void_however_good_the_value() -> None:
    verdict = judge(claim(AtLeast(55.0)), measured({CRF: [99.0]}, evaluated=59), [0])
    assert (verdict.status, verdict.value, verdict.difference) == ("void", None, None)
    assert verdict.reason == ("Void: miou of more, crf, on val covers 59 of 60 images with seed 0.")


def test_incomplete_control_is_void() -> None:
    values = {**measured({CRF: [60.0]}), **measured({COLOUR: [30.0]}, evaluated=1)}
    assert judge(claim(AtLeast(20.0), minus=COLOUR), values, [0]).status == "void"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_undefined_value_is_void(value: float | None) -> None:
    for bound in (AtLeast(55.0), PUBLISHED):
        assert judge(claim(bound), measured({CRF: [60.0, value]}), [0, 1]).status == "void"


def test_claim_that_cannot_be_tested_says_why() -> None:
    untested = claim(PUBLISHED, quantity=None, not_evaluated="needs the server's receipt")
    verdict = judge(untested, {}, [0])
    assert (verdict.status, verdict.value, verdict.reference) == ("not evaluated", None, 76.4)
    assert verdict.reason == "Not evaluated: needs the server's receipt."


def test_missing_seed_is_not_averaged_away() -> None:
    verdict = judge(claim(PUBLISHED), measured({CRF: [76.4]}), [0, 1])
    assert verdict.status == "not evaluated"
    assert "with seed 1" in verdict.reason


def write_scores(results: Path, name: str, hits: int) -> Path:
    """Metrics of 60 images in which `hits` of 100 pixels of each of two labels are found."""
    counts = np.zeros((60, 3, 3), dtype=np.int64)
    counts[:, :2, :2] = [[hits, 100 - hits], [100 - hits, hits]]
    document = metrics_document(
        split="val",
        name="crf",
        protocol={},
        classes=["bird", "boat"],
        counts=counts,
        expected=60,
        bootstrap_samples=10,
        bootstrap_seed=0,
    )
    ids = [f"2012_{number:06d}" for number in range(60)]
    path = results / name
    write_metrics(path, path.with_suffix(".counts.npz"), document, ids, counts)
    return path


def test_verdicts_are_read_from_the_metrics_files(tmp_path: Path) -> None:
    write_scores(tmp_path, "more/seed3/metrics/val.crf.json", 80)  # 80 / (100 + 20)
    write_scores(tmp_path, "controls/shapes/val.colour.json", 50)
    document = judge_all([claim(AtLeast(20.0), minus=COLOUR)], tmp_path, [3], RUNS)
    (entry,) = json.loads(json.dumps(document, allow_nan=False))["verdicts"]
    assert entry["id"] == "c"
    assert entry["status"] == "holds"
    assert entry["value"] == pytest.approx(100 * (80 / 120 - 50 / 150))
    assert entry["bound"] == {"kind": "at_least", "value": 20.0}
    assert entry["interval_95_over_images"] is None  # of a difference
    assert set(entry["statistics"].values()) == {None}
    crf = {"run": "more", "split": "val", "protocol": "crf", "metric": "miou"}
    assert (entry["quantity"], entry["minus"]["control"]) == (crf, "colour")
    assert entry["files"] == ["controls/shapes/val.colour.json", "more/seed3/metrics/val.crf.json"]


def test_metric_may_lie_in_a_block(tmp_path: Path) -> None:
    name = "more/seed0/metrics/val.crf.json"
    write_scores(tmp_path, name, 80)

    def read(metric: str) -> float | None:
        quantity = Quantity(run="more", split="val", protocol="crf", metric=metric)
        return read_measurement(tmp_path, quantity, 0, RUNS).value

    assert read("per_class.bird.iou") == pytest.approx(100 * 80 / 120)
    assert read("per_class.boat.iou") is None
    for wrong in ("per_class.cat.iou", "per_class.bird", "iou"):
        with pytest.raises(InputError, match=name):
            read(wrong)


def test_number_edited_by_hand_is_not_judged(tmp_path: Path) -> None:
    path = write_scores(tmp_path, "more/seed0/metrics/val.crf.json", 80)
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "miou": 99.0}))
    with pytest.raises(InputError, match=r"miou of .*val\.crf\.json: found 99\.0, expected 66\.6"):
        judge_all([claim(AtLeast(20.0))], tmp_path, [0], RUNS)


def test_a_given_checkpoint_is_judged_once_whatever_the_seeds(tmp_path: Path) -> None:
    write_scores(tmp_path, "more/seed3/metrics/val.crf.json", 80)
    judged = claim(AtLeast(60.0))
    (entry,) = judge_all([judged], tmp_path, [3, 4], {"more": GIVEN})["verdicts"]
    assert (entry["status"], entry["seeds"]) == ("holds", (3,))
    assert entry["reason"] == ("Given checkpoint, nothing trained here: 66.67 is at least 60.00.")
    assert entry["calibration"] is True
    (one,) = entry["interval_95_over_images"]
    value = pytest.approx(entry["value"])  # all images are alike
    assert one == {"seed": 3, "method": "bootstrap", "low": value, "high": value}
    with pytest.raises(InputError, match="seed4"):
        judge_all([judged], tmp_path, [3, 4], RUNS)


def test_every_seed_is_compared_with_the_one_of_a_given_checkpoint(tmp_path: Path) -> None:
    for name, hits in (("more/seed3", 80), ("more/seed4", 90), ("given/seed3", 60)):
        write_scores(tmp_path, f"{name}/metrics/val.crf.json", hits)
    given = Quantity(run="given", split="val", protocol="crf", metric="miou")
    runs = {**RUNS, "given": GIVEN}
    (entry,) = judge_all([claim(AtLeast(1.0), minus=given)], tmp_path, [3, 4], runs)["verdicts"]
    reference = 100 * 60 / 140
    assert entry["values"] == pytest.approx(
        [100 * 80 / 120 - reference, 100 * 90 / 110 - reference]
    )
    assert entry["calibration"] is False  # more was trained here
    assert entry["files"] == [
        "given/seed3/metrics/val.crf.json",
        "more/seed3/metrics/val.crf.json",
        "more/seed4/metrics/val.crf.json",
    ]


CAM = Quantity(run="more", split="val", validation="cam")
MAPS = ("decoder", "cam", "aux_cam", "lam", "fused", "cam_predicted")


def write_validation(results: Path, **changes: object) -> None:
    """The scores of the chosen checkpoint: 70 for the decoder, one more for each map after it."""
    folder = results / "more/seed3"
    write_json(folder / "checkpoint.json", {"rule": "last", "iteration": 200})
    document = {
        "split": "val",
        "iteration": 200,
        "coverage": {"evaluated": 60, "expected": 60},
        "f1": 90.0,
        **scored({name: 70.0 + number for number, name in enumerate(MAPS)}),
    }
    write_json(folder / "validation/val.200.json", {**document, **changes})


def judge_cam(results: Path, run: dict[str, object] = RUNS["more"]) -> dict[str, object]:
    document = judge_all([claim(AtLeast(70.5), quantity=CAM)], results, [3], {"more": run})
    (entry,) = document["verdicts"]
    return entry


def test_a_claim_may_name_the_validation_of_the_chosen_checkpoint(tmp_path: Path) -> None:
    write_validation(tmp_path)
    write_json(tmp_path / "more/seed3/validation/val.300.json", {"miou": {"cam": 99.0}})
    entry = judge_cam(tmp_path)
    assert (entry["status"], entry["values"], entry["calibration"]) == ("holds", (71.0,), False)
    named = {"run": "more", "split": "val", "validation": "cam", "metric": "miou"}
    assert entry["quantity"] == named
    assert entry["files"] == ["more/seed3/checkpoint.json", "more/seed3/validation/val.200.json"]


def test_a_claim_may_name_the_validation_at_an_iteration(tmp_path: Path) -> None:
    write_validation(tmp_path)  # the chosen checkpoint is another
    other = {"iteration": 100, **scored(dict.fromkeys(MAPS, 73.0))}
    validation = tmp_path / "more/seed3/validation/val.200.json"
    document = {**json.loads(validation.read_text()), **other}
    write_json(validation.with_name("val.100.json"), document)
    quantity = Quantity(run="more", split="val", validation="cam", iteration=100)
    runs = {"more": {**RUNS["more"], "training": {"iterations": 200, "checkpoint_every": 100}}}
    (entry,) = judge_all([claim(PUBLISHED, quantity=quantity)], tmp_path, [3], runs)["verdicts"]
    assert (entry["status"], entry["values"]) == ("inconsistent", (73.0,))
    assert entry["quantity"]["iteration"] == 100
    assert entry["files"] == ["more/seed3/train/done.json", "more/seed3/validation/val.100.json"]
    runs["more"]["training"]["checkpoint_every"] = 200
    (entry,) = judge_all([claim(PUBLISHED, quantity=quantity)], tmp_path, [3], runs)["verdicts"]
    assert (entry["status"], entry["files"]) == ("not evaluated", [])
    assert entry["reason"] == ("Not evaluated: run more writes no checkpoint after iteration 100.")


def test_a_number_that_the_claim_calls_void_is_void(tmp_path: Path) -> None:
    stated = claim(PUBLISHED, quantity=None, void="no chain of files leads to it")
    (entry,) = judge_all([stated], tmp_path, [0], RUNS)["verdicts"]
    assert (entry["status"], entry["value"], entry["files"]) == ("void", None, [])
    assert entry["interval_95_over_images"] is None
    assert entry["reference"] == PUBLISHED.value
    assert entry["reason"] == "Void: no chain of files leads to it."


def test_a_validation_of_a_part_of_a_split_is_void(tmp_path: Path) -> None:
    write_validation(tmp_path, coverage={"evaluated": 59, "expected": 60})
    entry = judge_cam(tmp_path)
    assert entry["status"] == "void"
    assert entry["reason"] == (
        "Void: miou of more, validation of cam, on val covers 59 of 60 images with seed 3."
    )


@pytest.mark.parametrize("change", [{"iteration": 300}, {"split": "train"}, scored({})])
def test_a_validation_of_something_else_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    write_validation(tmp_path, **change)
    with pytest.raises(InputError, match=r"val\.200\.json: "):
        judge_cam(tmp_path)


def test_a_given_checkpoint_has_no_validation(tmp_path: Path) -> None:
    entry = judge_cam(tmp_path, GIVEN)
    assert (entry["status"], entry["value"], entry["files"]) == ("not evaluated", None, [])
    assert entry["reason"] == (
        "Given checkpoint, nothing trained here: Not evaluated: run more trains nothing, so there"
        " is no validation of its checkpoints."
    )


def test_controls_are_no_calibration(tmp_path: Path) -> None:
    write_scores(tmp_path, "controls/shapes/val.colour.json", 50)
    (entry,) = judge_all([claim(AtMost(40.0), quantity=COLOUR)], tmp_path, [3], {"more": GIVEN})[
        "verdicts"
    ]
    assert (entry["reason"], entry["calibration"]) == ("33.33 is at most 40.00.", False)
