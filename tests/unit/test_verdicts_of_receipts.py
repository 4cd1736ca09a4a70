"""Verdicts on a test set, whose labels only an evaluation server has."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from methods.claims import Quantity
from methods.data.files import atomic_path, sha256, write_json
from methods.errors import InputError
from methods.reporting.verdicts import judge_all
from tests.unit.small_claim import PUBLISHED, RUNS, claim

TEST = Quantity(run="more", split="test", protocol="crf", metric="miou")
SUBMITTED = {"more": {**RUNS["more"], "submission": {"split": "test", "protocol": "crf"}}}
RECEIPT = {"url": "http://example.org/1", "mean": 75.4, "per_class": {"background": 93.0}}


def write_package(results: Path, seed: int) -> str:
    """A package as it lies in the results; its content is not looked at here."""
    folder = results / f"more/seed{seed}/submission"
    with atomic_path(folder / "results.tar") as path:
        path.write_bytes(bytes([seed]))
    digest = sha256(folder / "results.tar")
    known = {"split": "test", "protocol": "crf", "images": 1456, "tar": "results.tar", "bytes": 1}
    write_json(folder / "package.json", {**known, "sha256": digest})
    return digest


def write_receipts(results: Path, *receipts: dict[str, object] | None) -> None:
    packages = [
        {"run": "more", "seed": seed, "sha256": write_package(results, seed), "receipt": receipt}
        for seed, receipt in enumerate(receipts)
    ]
    write_json(results / "receipts.json", {"packages": packages})


def judge_test(results: Path, seeds: list[int], metric: str = "miou") -> dict[str, object]:
    quantity = replace(TEST, metric=metric)
    (entry,) = judge_all([claim(PUBLISHED, quantity=quantity)], results, seeds, SUBMITTED)[
        "verdicts"
    ]
    return entry


def test_a_package_without_a_receipt_waits(tmp_path: Path) -> None:
    write_receipts(tmp_path, None)
    entry = judge_test(tmp_path, [0])
    assert (entry["status"], entry["value"], entry["reference"]) == ("not evaluated", None, 76.4)
    assert entry["reason"] == (
        "Not evaluated: package ready (more/seed0/submission/results.tar), waiting for the"
        " evaluation server's receipt."
    )
    assert entry["files"] == ["more/seed0/submission/package.json", "receipts.json"]


def test_a_receipt_is_judged_like_a_metrics_file(tmp_path: Path) -> None:
    write_receipts(tmp_path, RECEIPT, {**RECEIPT, "mean": 77.0})
    entry = judge_test(tmp_path, [0, 1])
    assert (entry["status"], entry["values"]) == ("consistent", (75.4, 77.0))
    assert judge_test(tmp_path, [0], "per_class.background.iou")["value"] == 93.0


def test_one_receipt_does_not_stand_for_the_other_seeds(tmp_path: Path) -> None:
    write_receipts(tmp_path, RECEIPT, None, None)
    entry = judge_test(tmp_path, [0, 1, 2])
    assert entry["status"] == "not evaluated"
    assert "(more/seed1/submission/results.tar, more/seed2/submission/results.tar)" in str(
        entry["reason"]
    )


def test_a_receipt_of_another_package_is_refused(tmp_path: Path) -> None:
    write_receipts(tmp_path, RECEIPT)
    path = tmp_path / "receipts.json"
    held = json.loads(path.read_text())["packages"][0]
    for packages in ([], [{**held, "sha256": "0" * 64}], [held, held]):
        write_json(path, {"packages": packages})
        with pytest.raises(InputError, match=r"receipts\.json: found no entry of the package"):
            judge_test(tmp_path, [0])


@pytest.mark.parametrize(
    "submission", [{}, {"submission": None}, {"submission": {"split": "test", "protocol": "raw"}}]
)
def test_without_a_package_there_is_nothing_to_wait_for(
    tmp_path: Path, submission: dict[str, object]
) -> None:
    runs = {"more": {**RUNS["more"], **submission}}
    (entry,) = judge_all([claim(PUBLISHED, quantity=TEST)], tmp_path, [0], runs)["verdicts"]
    assert (entry["status"], entry["reference"], entry["files"]) == ("not evaluated", 76.4, [])
    assert entry["reason"] == (
        "Not evaluated: run more packs no label maps of test by crf for the evaluation server."
    )


@pytest.mark.parametrize("metric", ["pixel_accuracy", "per_class.cat.iou", "per_class.background"])
def test_a_receipt_tells_iou_alone(tmp_path: Path, metric: str) -> None:
    write_receipts(tmp_path, RECEIPT)
    with pytest.raises(InputError, match=rf"receipts\.json: found no metric {metric}"):
        judge_test(tmp_path, [0], metric)
