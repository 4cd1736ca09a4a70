"""The script that trains: its states are of one configuration, code, data and weights."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.more.training import resolve
from methods.yaml_files import read_yaml
from tests.unit.small_run import CLASSES, small_run, write_backbone, write_images
from tests.unit.small_trainings import CrashError, at_row, crash
from workflow_scripts import train_model
from workflow_scripts.job import Job


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A small training, which saves a state behind every iteration."""
    index = write_images(tmp_path)
    run = {**small_run(), "method": "more"}
    resolved = resolve(run=run, classes=CLASSES, index=index, seed=0, device="cpu")
    write_resolved(tmp_path, resolved)
    weights = write_backbone(tmp_path / "vit.pt")
    write_json(tmp_path / "manifest.json", {"digest": "a"})
    write_json(tmp_path / "card.json", {"sha256": sha256(weights)})
    (tmp_path / "train").mkdir()
    given = {name: tmp_path / f"{name}.json" for name in ("manifest", "card")}
    return Job(
        rule="train_model",
        input={"resolved": tmp_path / "resolved.yaml", "index": index, "guide_card": [], **given},
        output={"done": tmp_path / "train/done.json"},
        params={"images": str(tmp_path), "weights": str(weights), "guide": None, "code": "1a"},
        wildcards={},
        threads=1,
        device="cpu",
        local_files={},
        states={"minutes": None, "iterations": 1, "keep": 2},
        log=tmp_path / "log",
        guards={"gradient_norm": 1e6, "loader_minutes": 1},
    )


def read_resolved(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(folder / "resolved.yaml")
    return content


def write_resolved(folder: Path, resolved: dict[str, Any]) -> None:
    (folder / "resolved.yaml").write_text(yaml.safe_dump(resolved), encoding="utf-8")


def test_a_crashed_training_is_gone_on_with_unless_it_is_another(tmp_path: Path, job: Job) -> None:
    with pytest.MonkeyPatch.context() as patch:
        at_row(patch, 3, crash)
        with pytest.raises(CrashError):
            train_model.main(job)
    told = read_json(tmp_path / "train/states/state_000003.json")["identity"]
    parts = "settings code device deterministic index manifest weights torch"
    assert list(told) == parts.split()
    resolved = read_resolved(tmp_path)
    resolved["training"]["optimizer"]["lr"] = 2e-3
    write_resolved(tmp_path, resolved)
    write_json(tmp_path / "manifest.json", {"digest": "b"})
    told_apart = r"manifest \w{8}\S+ -> \w+\S*, settings\.training\.optimizer\.lr 0\.001 -> 0\.002,"
    with pytest.raises(InputError, match=told_apart):
        train_model.main(job)
    resolved["training"]["optimizer"]["lr"] = 1e-3
    write_resolved(tmp_path, {**resolved, "derived": {**resolved["derived"], "device": "cpu:1"}})
    write_json(tmp_path / "manifest.json", {"digest": "a"})
    train_model.main(job)
    assert [entry["iteration"] for entry in read_json(job.output["done"])["resumed"]] == [3]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"images_seen": 12}, "10 images seen, expected the 12 of resolved.yaml"),
        ({"distinct_images_seen": 3}, "4 distinct images seen, expected the 3"),
        ({"global_batch": 4}, "2 images an iteration, expected the 4"),
        ({"learning_rates": {4: {"lr_heads": 0.1}}}, r"lr_heads 0\.002349\d* at iteration 4"),
    ],
)
def test_a_training_that_is_not_the_planned_one_does_not_finish(
    tmp_path: Path, job: Job, change: dict[str, Any], found: str
) -> None:
    resolved = read_resolved(tmp_path)
    write_resolved(tmp_path, {**resolved, "derived": {**resolved["derived"], **change}})
    with pytest.raises(InputError, match=rf"journal\.unfinished\.csv: found {found}"):
        train_model.main(job)
    left = {"checkpoints.unfinished", "journal.unfinished.csv", "states"}
    assert {path.name for path in (tmp_path / "train").iterdir()} == left
    write_resolved(tmp_path, resolved)
    train_model.main(job)  # from the last state
    assert [entry["iteration"] for entry in read_json(job.output["done"])["resumed"]] == [4]


def test_the_guards_of_the_configuration_reach_the_training(tmp_path: Path, job: Job) -> None:
    strict = replace(job, guards={"gradient_norm": 1e-3, "loader_minutes": 1})
    with pytest.raises(InputError, match=r"at iteration 0, expected at most 0\.001; lower the"):
        train_model.main(strict)
    train_model.main(job)
