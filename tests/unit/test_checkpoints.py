"""Which weights are used, and that they are the ones that were meant."""

from pathlib import Path
from typing import Any

import pytest

from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.training.checkpoints import (
    verified_checkpoint,
    verified_weights,
    written_checkpoint,
    written_checkpoints,
    written_iterations,
)
from methods.training.selection import select_checkpoint
from tests.unit.small_validation import scored


@pytest.fixture
def done(tmp_path: Path) -> Path:
    """A finished training with three checkpoints, whose names do not sort as their numbers do."""
    entries = []
    for iteration in (5, 10, 15):
        path = tmp_path / "train/checkpoints" / f"iteration_{iteration}.pt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"weights after {iteration}")
        entries.append({"iteration": iteration, "file": path.name, "sha256": sha256(path)})
    write_json(tmp_path / "train/done.json", {"checkpoints": entries})
    return tmp_path / "train/done.json"


@pytest.mark.parametrize(
    ("settings", "iteration"),
    [({"rule": "last"}, 15), ({"rule": "iteration", "iteration": 5}, 5)],
)
def test_rule_chooses(done: Path, settings: dict[str, Any], iteration: int) -> None:
    chosen = select_checkpoint(settings, done)
    assert chosen["rule"] == settings["rule"]
    assert chosen["iteration"] == iteration
    assert Path(chosen["path"]).read_text() == f"weights after {iteration}"
    assert chosen["sha256"] == sha256(chosen["path"])


def test_iteration_without_checkpoint_is_refused(done: Path) -> None:
    with pytest.raises(InputError, match="iterations 5, 10, 15, expected one after 7"):
        select_checkpoint({"rule": "iteration", "iteration": 7}, done)


def test_checkpoint_must_be_the_chosen_one(done: Path, tmp_path: Path) -> None:
    choice = tmp_path / "checkpoint.json"
    chosen = select_checkpoint({"rule": "last"}, done)
    write_json(choice, chosen)
    path = verified_checkpoint(choice)
    assert path == Path(chosen["path"])
    path.write_text("other weights")
    with pytest.raises(
        InputError,
        match=r"iteration_15\.pt: found .*: delete .*json, .*done\.json and report\.html",
    ):
        verified_checkpoint(choice)


def test_iteration_must_be_that_of_the_file(done: Path, tmp_path: Path) -> None:
    """It stands beside every score."""
    choice = tmp_path / "checkpoint.json"
    last = select_checkpoint({"rule": "last"}, done)
    first = min(written_checkpoints(done))
    write_json(choice, {**last, "iteration": first})
    with pytest.raises(InputError, match=f"found iteration {first}, whose checkpoint is"):
        verified_checkpoint(choice)
    write_json(choice, {**last, "iteration": 7})
    with pytest.raises(InputError, match="expected one after 7"):
        verified_checkpoint(choice)


def test_weights_must_be_those_of_the_card(tmp_path: Path) -> None:
    weights, card = tmp_path / "vit.pt", tmp_path / "vit.json"
    weights.write_text("weights")
    write_json(card, {"sha256": sha256(weights)})
    assert verified_weights(card, weights) == weights
    weights.write_text("other weights")
    with pytest.raises(InputError, match=r"vit\.pt: found sha256 \w{64}, expected \w{64}; .*: put"):
        verified_weights(card, weights)
    weights.unlink()
    with pytest.raises(InputError, match="no such file"):
        verified_weights(card, weights)


@pytest.mark.parametrize(
    "content", [[], {}, {"checkpoints": [5]}, {"checkpoints": []}, {"path": 3}]
)
def test_foreign_files_are_one_sentence(tmp_path: Path, content: Any) -> None:
    path = tmp_path / "own.json"
    write_json(path, content)
    with pytest.raises(InputError, match=r"own\.json: found .*; delete it"):
        select_checkpoint({"rule": "last"}, path)
    for read in (verified_checkpoint, lambda card: verified_weights(card, tmp_path / "vit.pt")):
        with pytest.raises(InputError, match=r"own\.json: found .*; delete it"):
            read(path)


def validations(folder: Path, scores: dict[int, float], evaluated: int = 4) -> list[Path]:
    """The scores of every checkpoint on four images."""
    paths = []
    for iteration, miou in scores.items():
        path = folder / f"validation/held_out.{iteration}.json"
        document = {
            "split": "held_out",
            "iteration": iteration,
            "coverage": {"evaluated": evaluated, "expected": 4},
            "f1": 50.0,
            **scored({"decoder": miou, "cam": 99.0}),
        }
        write_json(path, document)
        paths.append(path)
    return paths


BEST = {"rule": "best", "split": "held_out"}


def test_best_is_the_highest_and_the_earlier_of_equal_ones(done: Path, tmp_path: Path) -> None:
    files = validations(tmp_path, {15: 61.5, 5: 40.0, 10: 61.5})
    chosen = select_checkpoint(BEST, done, files)
    assert chosen["iteration"] == 10
    assert chosen["miou"] == 61.5
    assert chosen["split"] == "held_out"
    assert chosen["candidates"] == {"5": 40.0, "10": 61.5, "15": 61.5}
    assert Path(chosen["path"]).read_text() == "weights after 10"


def test_score_over_a_part_of_a_split_chooses_nothing(done: Path, tmp_path: Path) -> None:
    files = validations(tmp_path, {5: 40.0}, evaluated=3)
    with pytest.raises(InputError, match=r"held_out\.5\.json: found 3 of 4 images"):
        select_checkpoint(BEST, done, files)


def test_given_file_is_chosen_without_a_training(tmp_path: Path) -> None:
    given, choice = tmp_path / "theirs.pth", tmp_path / "checkpoint.json"
    given.write_text("weights of others")
    settings = {"rule": "file", "path": str(given), "sha256": sha256(given)}
    chosen = select_checkpoint(settings, None)
    assert chosen == {**settings, "iteration": None}
    write_json(choice, chosen)
    assert verified_checkpoint(choice) == given
    given.write_text("other weights")
    with pytest.raises(InputError, match=r"theirs\.pth: found sha256 .*: put the original file"):
        verified_checkpoint(choice)
    with pytest.raises(InputError, match="give the digest of the file that is meant"):
        select_checkpoint(settings, None)


def test_written_checkpoint_must_be_unchanged(done: Path) -> None:
    path = written_checkpoint(done, 10)
    assert path.read_text() == "weights after 10"
    path.write_text("other weights")
    with pytest.raises(InputError, match=r"iteration_10\.pt: found sha256"):
        written_checkpoint(done, 10)


@pytest.mark.parametrize(
    ("iterations", "every", "expected"),
    [(300, 100, [100, 200, 300]), (7, 3, [3, 6, 7]), (2, 2, [2])],
)
def test_checkpoints_are_written_regularly_and_at_the_end(
    iterations: int, every: int, expected: list[int]
) -> None:
    training = {"iterations": iterations, "checkpoint_every": every}
    assert written_iterations(training) == expected


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"miou": {"decoder": 99.9, "cam": 99.0}}, "found 99.9, expected 40"),
        ({"miou": {"decoder": True, "cam": 99.0}}, "found True as mIoU of decoder"),
        ({"miou": {"cam": 99.0}}, "no field 'decoder'"),
        ({"split": "val"}, "expected ('held_out', 5)"),
        ({"coverage": {"evaluated": 0, "expected": 0}}, "found 0 of 0 images"),
        ({"confusion": {"decoder": [[1, 0]], "cam": [[1]]}}, "no confusion matrix of decoder"),
        ({"f1": 101.0}, "found an F1 of 101.0"),
    ],
)
def test_validation_that_was_changed_by_hand_chooses_nothing(
    done: Path, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    (path,) = validations(tmp_path, {5: 40.0})
    write_json(path, read_json(path) | change)
    with pytest.raises(InputError) as refusal:
        select_checkpoint(BEST, done, [path])
    assert said in str(refusal.value)
