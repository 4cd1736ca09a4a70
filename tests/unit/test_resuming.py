"""A training that is stopped and goes on ends as one that never stopped, to the last bit."""

import multiprocessing
import os
import random
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from methods.data.files import read_json
from methods.errors import StoppedError
from methods.training.signals import SIGNALS
from methods.training.state_files import StateFile
from methods.training.unfinished import remove_unfinished
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import (
    ITERATIONS,
    METHODS,
    CrashError,
    crash,
    result,
    send,
    train_small,
    train_until,
)

pytestmark = pytest.mark.usefixtures("heeded")
KILLS = int(os.environ.get("KILLS", "2"))  # hard kills of a training of each method
_FP16 = {"precision": {"network": "fp16", "tf32": False}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A training of each method that nothing stopped."""
    return {method: train_small(method, tmp_path_factory.mktemp(method)) for method in METHODS}


@pytest.mark.parametrize(("method", "workers"), [("more", 0), ("more", 2), ("cdtr", 0)])
def test_crashes_at_any_iteration_change_nothing(
    tmp_path: Path, whole: dict[str, Path], method: str, workers: int
) -> None:
    output = train_with_crashes(tmp_path, method, (1, 4, 5), loader_workers=workers)
    assert result(output) == result(whole[method])
    done, expected = (read_json(folder / "done.json") for folder in (output, whole[method]))
    assert [entry["iteration"] for entry in done["resumed"]] == [4]
    assert done["resumed"][0]["stopped_by"] is None
    for key in ("distinct_images", "images_seen", "iterations"):
        assert done[key] == expected[key]
    remove_unfinished(output)
    left = {"checkpoints", "done.json", "journal.csv"}
    assert {path.name for path in output.iterdir()} == left


def test_crashes_change_nothing_where_losses_are_scaled(tmp_path: Path) -> None:
    folder = tmp_path / "scaled"
    folder.mkdir()
    output = train_with_crashes(tmp_path, "cdtr", (2, 7), **_FP16)
    assert result(output) == result(train_small("cdtr", folder, **_FP16))


def train_with_crashes(folder: Path, method: str, rows: tuple[int, ...], **training: Any) -> Path:
    """Train with a state behind every second iteration and crashes behind lines of the journal."""
    given = {"keeping": small_keeping(iterations=2), **training}
    for row in rows:
        with pytest.raises(CrashError):
            train_until(row, method, folder, **given)
    return train_small(method, folder, **given)


@pytest.mark.parametrize(
    ("method", "number"), [("more", signal.SIGTERM), *(("cdtr", number) for number in SIGNALS)]
)
def test_a_signal_saves_a_state_and_stops(
    tmp_path: Path, whole: dict[str, Path], method: str, number: signal.Signals
) -> None:
    before = [signal.getsignal(heeded) for heeded in SIGNALS]
    with pytest.raises(StoppedError) as stopped:
        train_until(3, method, tmp_path, send(number))
    assert str(stopped.value) == (
        f"{tmp_path}/train: training stopped by {number.name} after 4 iterations; its state is"
        " saved, and the next call goes on from there."
    )
    assert [signal.getsignal(heeded) for heeded in SIGNALS] == before
    done = read_json(train_small(method, tmp_path) / "done.json")
    (resumed,) = done["resumed"]
    assert (resumed["iteration"], resumed["stopped_by"]) == (4, number.name)
    assert result(tmp_path / "train") == result(whole[method])


def test_signals_while_a_state_is_saved_tear_nothing(
    tmp_path: Path, whole: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = StateFile.write

    def write_amid_signals(file: StateFile, content: Any, identity: Any) -> None:
        send(*SIGNALS)()
        write(file, content, identity)
        send(*SIGNALS)()

    monkeypatch.setattr(StateFile, "write", write_amid_signals)
    keeping = small_keeping(iterations=2)
    for stop in (3, 5, 7):  # heeded behind the iteration after the state
        with pytest.raises(StoppedError, match=rf"SIGTERM after {stop} iterations"):
            train_small("cdtr", tmp_path, keeping=keeping)
    assert result(train_small("cdtr", tmp_path, keeping=keeping)) == result(whole["cdtr"])


def test_a_signal_in_the_last_iteration_lets_the_training_finish(tmp_path: Path) -> None:
    train_until(ITERATIONS - 1, "cdtr", tmp_path, send(signal.SIGTERM))
    assert read_json(tmp_path / "train/done.json")["resumed"] == []


def test_an_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        train_until(3, "cdtr", tmp_path, send(signal.SIGINT))
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert (tmp_path / "train/done.json").is_file()


def test_signals_to_the_workers_leave_them_at_work(tmp_path: Path, whole: dict[str, Path]) -> None:
    def interrupt_workers() -> None:
        workers = multiprocessing.active_children()
        assert len(workers) == 2
        for worker in workers:
            assert worker.pid is not None
            for number in SIGNALS:
                os.kill(worker.pid, number)

    train_until(1, "more", tmp_path, interrupt_workers, loader_workers=2)
    assert result(tmp_path / "train") == result(whole["more"])


@pytest.mark.parametrize("method", METHODS)
def test_hard_kills_at_any_moment_change_nothing(
    tmp_path: Path, whole: dict[str, Path], method: str
) -> None:
    """As many as the environment variable KILLS says."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.unit.small_trainings"])
    moments, resumed = random.Random(KILLS), 0
    for kill in range(3 * KILLS):  # a moment may lie behind the end of the training
        given = {"name": f"killed{kill}", "keeping": small_keeping(iterations=1)}
        child = context.Process(target=train_small, args=(method, tmp_path), kwargs=given)
        child.start()
        journal = tmp_path / f"killed{kill}" / "journal.unfinished.csv"
        lines = moments.randrange(1, ITERATIONS)
        while child.is_alive() and (not journal.exists() or count_lines(journal) < lines):
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.05))
        child.kill()
        child.join()
        output = train_small(method, tmp_path, **given)
        assert result(output) == result(whole[method])
        resumed += len(read_json(output / "done.json")["resumed"])
        if resumed and kill + 1 >= KILLS:
            break
    assert resumed > 0


@pytest.mark.parametrize(
    "step", ["unfinished.atomic_folder", "unfinished.write_json", "states.StateFolder.finish"]
)
def test_an_end_that_nobody_noted_is_made_again(
    tmp_path: Path, whole: dict[str, Path], step: str
) -> None:
    """Crashed among its last steps: Snakemake then deletes the files that its rule names."""
    keeping = small_keeping(iterations=2)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(CrashError):
        patch.setattr(f"methods.training.{step}", lambda *_: crash())
        train_small("cdtr", tmp_path, keeping=keeping)
    output = tmp_path / "train"
    shutil.rmtree(output / "checkpoints", ignore_errors=True)
    for name in ("journal.csv", "done.json"):
        (output / name).unlink(missing_ok=True)
    assert result(train_small("cdtr", tmp_path, keeping=keeping)) == result(whole["cdtr"])
    assert [entry["iteration"] for entry in read_json(output / "done.json")["resumed"]] == [8]


def count_lines(path: Path) -> int:
    """Whole lines of a file, or 0 where it is gone by now."""
    try:
        return path.read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0
