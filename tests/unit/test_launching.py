"""Processes that are started together end together, and the reason is told."""

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from methods.errors import InputError, StoppedError
from methods.training import launching
from methods.training.launching import launch


def run(what: str, count: int = 2, device: str = "cpu", grace: float = 0.2) -> None:
    """Launch tests/unit/launched.py; one that sleeps when another has failed gets little time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launching, "_GRACE", grace)
        launch("tests.unit.launched", [what], count, 5, device, Path("train"))


def test_all_run_and_share_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path))
    run("share")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"0": "2 2", "1": "2 2"}


@pytest.mark.parametrize(
    ("what", "error", "sentence"),
    [
        ("mistake", InputError, "here: found a mistake, expected none; correct it."),
        ("die", InputError, "train: found process 2 of 2 ended by SIGKILL, expected processes"),
        ("fail", RuntimeError, "process 2 of 2 of the training failed"),
    ],
)
def test_one_that_fails_ends_the_others(
    what: str, error: type[Exception], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[launching.Process] = []
    kill = launching._kill
    monkeypatch.setattr(launching, "_kill", lambda them: (started.extend(them), kill(them)))
    with pytest.raises(error, match=sentence):
        run(what)
    assert len(started) == 2
    assert None not in [process.returncode for process in started]


def test_signals_reach_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path))
    with pytest.raises(StoppedError, match="0 stopped by SIGUSR1"):
        run("stop", grace=60)


def test_each_process_needs_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    with pytest.raises(InputError, match="gpus: found 2 GPUs that torch can use, expected 4;"):
        run("share", 4, device="cuda")


def test_each_process_sees_one_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3,5")
    run("see", 2, device="cuda")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"0": "3", "1": "5"}


def test_all_end_with_the_process_that_launched_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECORD", str(tmp_path))
    launcher = subprocess.Popen([sys.executable, "-c", f"from {__name__} import run; run('wait')"])
    while len(waiting := [*tmp_path.iterdir()]) < 2:
        assert launcher.poll() is None
    processes = [psutil.Process(int(path.suffix[1:])) for path in waiting]
    launcher.kill()
    launcher.wait()
    gone, alive = psutil.wait_procs(processes, timeout=60)
    assert (len(gone), alive) == (2, [])
