"""Which weights are used, and that they are the ones that were meant."""

from pathlib import Path
from typing import Any

import pytest

from methods.data.files import sha256, write_json
from methods.errors import InputError
from methods.training.checkpoints import select_checkpoint, verified_checkpoint, verified_weights


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
    chosen = select_checkpoint(done, settings)
    assert chosen["rule"] == settings["rule"]
    assert chosen["iteration"] == iteration
    assert Path(chosen["path"]).read_text() == f"weights after {iteration}"
    assert chosen["sha256"] == sha256(chosen["path"])


def test_iteration_without_checkpoint_is_refused(done: Path) -> None:
    with pytest.raises(InputError, match="iterations 5, 10, 15, expected one after 7"):
        select_checkpoint(done, {"rule": "iteration", "iteration": 7})


def test_checkpoint_must_be_the_chosen_one(done: Path, tmp_path: Path) -> None:
    choice = tmp_path / "checkpoint.json"
    chosen = select_checkpoint(done, {"rule": "last"})
    write_json(choice, chosen)
    path = verified_checkpoint(choice)
    assert path == Path(chosen["path"])
    path.write_text("other weights")
    with pytest.raises(
        InputError,
        match=r"iteration_15\.pt: found .*: delete .*json, .*done\.json and report\.html",
    ):
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
        select_checkpoint(path, {"rule": "last"})
    for read in (verified_checkpoint, lambda card: verified_weights(card, tmp_path / "vit.pt")):
        with pytest.raises(InputError, match=r"own\.json: found .*; delete it"):
            read(path)
