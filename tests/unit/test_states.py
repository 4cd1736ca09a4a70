"""The states of a training: which are kept, and which are not gone on from."""

import errno
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from methods.data.disk import no_room
from methods.data.files import read_json, sha256
from methods.errors import InputError
from methods.training import unfinished
from methods.training.journal import Journal, journal_fault
from methods.training.states import StateFolder
from methods.training.unfinished import checkpoints_fault
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import CrashError, result, train_small, train_until

EVERY = small_keeping(iterations=1)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of CDTR that nothing stopped."""
    return train_small("cdtr", tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def crashed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that crashed behind its states after 6 and 7 iterations."""
    folder = tmp_path_factory.mktemp("crashed")
    with pytest.raises(CrashError):
        train_until(7, "cdtr", folder, keeping=EVERY)
    return folder / "train"


@pytest.fixture
def stopped(tmp_path: Path, crashed: Path) -> Path:
    """A copy of that one for a test to harm."""
    return shutil.copytree(crashed, tmp_path / "train")


def names(output: Path) -> list[str]:
    return sorted(path.name for path in (output / "states").iterdir())


def test_the_last_states_are_kept(tmp_path: Path, stopped: Path) -> None:
    assert names(stopped) == [
        "state_000006.json",
        "state_000006.pt",
        "state_000007.json",
        "state_000007.pt",
    ]
    (stopped / "states/.state_000005.0123abcd.pt").write_bytes(b"left by a killed write")
    with pytest.raises(CrashError):
        train_until(8, "cdtr", tmp_path, keeping=small_keeping(iterations=1, keep=1))
    assert names(stopped) == ["state_000008.json", "state_000008.pt"]


def test_others_are_kept_too(tmp_path: Path) -> None:
    with pytest.raises(CrashError):
        train_until(7, "cdtr", tmp_path, keeping=small_keeping(iterations=7, keep=1, keep_every=3))
    assert {int(name[6:12]) for name in names(tmp_path / "train")} == {3, 6, 7}


def test_states_of_a_finished_training_are_in_nobodys_way(tmp_path: Path, stopped: Path) -> None:
    train_small("cdtr", tmp_path, keeping=EVERY)
    assert "finished" in names(stopped)
    other = small_keeping(iterations=4, keep_every=4, identity={"code": "2"})
    with pytest.raises(CrashError):
        train_until(5, "cdtr", tmp_path, keeping=other)
    assert names(stopped) == ["state_000004.json", "state_000004.pt"]
    with pytest.raises(CrashError):  # goes on with its own
        train_until(6, "cdtr", tmp_path, keeping=other)


def test_the_clock_asks_for_states_too(tmp_path: Path) -> None:
    with pytest.raises(CrashError):
        train_until(3, "cdtr", tmp_path, keeping=small_keeping(minutes=1e-9, keep=5))
    assert len(names(tmp_path / "train")) == 2 * 3


def test_a_state_is_read_without_running_anything(stopped: Path) -> None:
    state = torch.load(stopped / "states/state_000007.pt", weights_only=True)
    assert state["iteration"] == 7
    described = read_json(stopped / "states/state_000007.json")
    assert described["identity"] == {"code": "1"}


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


STATE, TOLD = "states/state_000007.pt", "states/state_000007.json"
FAULTS: list[tuple[str, Callable[[Path], None], str]] = [
    (STATE, flip, "state_000007.pt has another SHA-256 than was written"),
    (STATE, cut, "state_000007.pt has another SHA-256 than was written"),
    (STATE, Path.unlink, "state_000007.pt: no such file"),
    (TOLD, Path.unlink, "state_000007.json: no such file"),
    (TOLD, cut, "state_000007.json: text that is not JSON"),
    (TOLD, lambda path: path.write_text("[]"), "state_000007.json: a list"),
]


@pytest.mark.parametrize(("name", "harm", "reason"), FAULTS)
def test_a_torn_state_falls_back_to_the_one_before(
    stopped: Path, name: str, harm: Callable[[Path], None], reason: str
) -> None:
    harm(stopped / name)
    states = StateFolder(stopped / "states", EVERY)
    state = states.newest(lambda content: None)
    assert state is not None
    assert state["iteration"] == 6
    (refused,) = states.refused
    assert refused["file"] == "state_000007.pt"
    assert refused["reason"].startswith(reason)


def test_a_torn_state_is_told_of(
    tmp_path: Path, stopped: Path, whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flip(stopped / STATE)
    train_small("cdtr", tmp_path, keeping=EVERY)
    told = capsys.readouterr().err
    assert f"{stopped}/{STATE}: not gone on from, since {FAULTS[0][2]}\n" in told
    assert f"{stopped}: going on from iteration 6\n" in told
    done = read_json(stopped / "done.json")
    assert [entry["iteration"] for entry in done["resumed"]] == [6]
    assert done["states_refused"] == [{"file": "state_000007.pt", "reason": FAULTS[0][2]}]
    assert result(stopped) == result(whole)


def test_without_a_whole_state_a_training_begins_anew_and_says_so(
    tmp_path: Path, stopped: Path, whole: Path
) -> None:
    flip(stopped / "checkpoints.unfinished/iteration_000006.pt")
    train_small("cdtr", tmp_path, keeping=EVERY)
    done = read_json(stopped / "done.json")
    assert done["resumed"] == []
    reason = "its checkpoint iteration_000006.pt has been changed"
    files = ("state_000007.pt", "state_000006.pt")
    assert done["states_refused"] == [{"file": file, "reason": reason} for file in files]
    assert result(stopped) == result(whole)


def test_a_journal_that_lost_its_end_falls_back_as_far(
    tmp_path: Path, stopped: Path, whole: Path
) -> None:
    journal = stopped / "journal.unfinished.csv"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:8])[:-4])  # the header, six lines and most of another
    train_small("cdtr", tmp_path, keeping=EVERY)
    done = read_json(stopped / "done.json")
    assert [entry["iteration"] for entry in done["resumed"]] == [6]
    reason = done["states_refused"][0]["reason"]
    assert re.fullmatch(r"journal\.unfinished\.csv has \d+ bytes of \d+", reason)
    assert result(stopped) == result(whole)


def test_a_journal_is_held_to_its_position(tmp_path: Path) -> None:
    path = tmp_path / "journal.csv"
    with Journal(path, ["a"]) as journal:
        journal.write({"a": 1})
        position = journal.position()
        journal.write({"a": 2})
    assert journal_fault(path, position) is None
    assert journal_fault(path, {**position, "bytes": 5}) == "journal.csv would be cut inside a line"
    with Journal(path, ["a"], position["bytes"]) as journal:
        journal.write({"a": 3})
    assert path.read_text(encoding="utf-8").split() == ["a", "1", "3"]
    path.write_bytes(path.read_bytes().replace(b"1", b"4"))
    assert journal_fault(path, position) == "journal.csv has been changed"
    path.unlink()
    assert journal_fault(path, position) == "journal.csv is missing"


def test_checkpoints_are_held_to_their_digests(tmp_path: Path) -> None:
    path = tmp_path / "iteration_000006.pt"
    path.write_bytes(b"weights")
    entry = {"file": path.name, "sha256": sha256(path)}
    assert checkpoints_fault(tmp_path, [entry]) is None
    flip(path)
    assert checkpoints_fault(tmp_path, [entry]) == f"its checkpoint {path.name} has been changed"
    path.unlink()
    assert checkpoints_fault(tmp_path, [entry]) == f"its checkpoint {path.name} is missing"


def test_a_training_that_cannot_be_published_goes_on_later(
    tmp_path: Path, stopped: Path, whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(unfinished, "write_json", full_disk)
        with pytest.raises(InputError, match="no room"):
            train_small("cdtr", tmp_path, keeping=EVERY)
    assert not (stopped / "done.json").exists()
    assert result(train_small("cdtr", tmp_path, keeping=EVERY)) == result(whole)
    assert read_json(stopped / "done.json")["resumed"][-1]["iteration"] == 8


def full_disk(path: Path, value: object) -> None:
    raise no_room(path, OSError(errno.ENOSPC, "no space left on device"), None)


def test_a_description_of_another_training_is_no_way_in(tmp_path: Path, stopped: Path) -> None:
    for number in (6, 7):
        path = stopped / f"states/state_{number:06d}.json"
        path.write_text(json.dumps({**read_json(path), "identity": {"code": "2"}}))
    other = small_keeping(identity={"code": "2"})
    reasons = read_json(train_small("cdtr", tmp_path, keeping=other) / "done.json")
    assert {entry["reason"][18:] for entry in reasons["states_refused"]} == {
        "tells of another training than its state"
    }


def test_states_of_another_training_are_refused_and_kept(tmp_path: Path, stopped: Path) -> None:
    before = {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as refused:
        train_small("cdtr", tmp_path, keeping=small_keeping(identity={"code": "2"}))
    folder = stopped / "states"
    assert str(refused.value) == (
        f"{folder}: found the states of a training that differs (saved -> now): code 1 -> 2,"
        f" expected those of this one; put it back, or delete {folder} to train from the beginning."
    )
    assert {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()} == before
