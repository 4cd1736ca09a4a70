"""A call that is stopped while it trains: the next one goes on from there, to the same end."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from methods.data.files import read_json
from methods.data.locks import lock_file
from tests.workflow.kills import digests
from tests.workflow.projects import PROJECT, SECONDS, Project

TRAIN = Path("results/tiny/more/seed0/train")
DONE = str(TRAIN / "done.json")
LOG = Path("results/tiny/logs/train_model/more.seed0.log")
LAST = 5  # of the six iterations, the last one behind which a state is saved


@pytest.fixture
def undone(project: Project) -> Project:
    """A finished project without its training, which is to save a state behind each iteration."""
    train = project.folder / TRAIN
    shutil.rmtree(train / "checkpoints")
    for name in ("journal.csv", "done.json"):
        (train / name).unlink()
    config = project.folder / "config.yaml"
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["states"] = {"minutes": None, "iterations": 1, "keep": 2, "keep_every": None}
    config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return project


@pytest.fixture
def checkpoints(finished_chain: Project) -> dict[str, str]:
    """Digests of those that a training writes that nobody stops."""
    return digests(finished_chain.folder / TRAIN / "checkpoints")


@contextmanager
def training(project: Project) -> Iterator[subprocess.Popen[bytes]]:
    """A call that trains and has saved a state; behind the block no process of it is left."""
    said = project.folder.parent / "said"
    call = project.start(said, DONE)
    try:
        states = (project.folder / TRAIN / "states").glob
        wait_until(lambda: any(states("state_*.json")) or call.poll() is not None)
        assert call.poll() is None, said.read_text(encoding="utf-8")
        yield call
    finally:
        if group_of(call):
            os.killpg(call.pid, signal.SIGKILL)
        call.wait()
        wait_until(lambda: not group_of(call))


def wait_until(happened: Callable[[], bool]) -> None:
    """Look often: a training of the tests has few moments at which it can be stopped."""
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.002)


def group_of(call: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of a call that have not ended."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == call.pid and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue  # it has ended
    return found


def locks(project: Project) -> list[Path]:
    """Snakemake's locks of the folder, and the one of the training."""
    own = lock_file(project.folder / LOG)
    found = [*(project.folder / ".snakemake/locks").glob("*"), own]
    return [path for path in found if path.exists()]


def finish(project: Project) -> list[dict[str, Any]]:
    """Call again, to the end; where each attempt went on."""
    done = project.snakemake(DONE)
    assert done.returncode == 0, done.stdout + done.stderr
    resumed: list[dict[str, Any]] = read_json(project.folder / DONE)["resumed"]
    return resumed


def unlock(project: Project) -> None:
    """What docs/running.md says to do where a call is refused."""
    done = project.snakemake("--unlock", DONE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not any((project.folder / ".snakemake/locks").glob("*"))


def test_an_interrupt_ends_all_processes_and_the_next_call_goes_on(
    undone: Project, checkpoints: dict[str, str]
) -> None:
    train = undone.folder / TRAIN
    with training(undone) as call:
        os.killpg(call.pid, signal.SIGINT)
        assert call.wait(SECONDS) != 0
        assert group_of(call) == []
    assert not (undone.folder / DONE).exists()
    newest = max((train / "states").glob("state_*.pt"))
    assert locks(undone) == []
    (resumed,) = finish(undone)
    assert resumed["stopped_by"] == "SIGINT"
    assert newest.name == f"state_{resumed['iteration']:06d}.pt"
    assert digests(train / "checkpoints") == checkpoints


def test_behind_a_hard_kill_the_folder_is_unlocked_first(
    undone: Project, checkpoints: dict[str, str]
) -> None:
    with training(undone) as call:
        os.killpg(call.pid, signal.SIGKILL)
    refused = undone.snakemake(DONE)
    assert refused.returncode != 0
    assert "--unlock" in refused.stdout + refused.stderr
    assert "run `.venv/bin/snakemake --unlock` first" in (PROJECT / "docs/running.md").read_text(
        "utf-8"
    )
    unlock(undone)
    (resumed,) = finish(undone)
    assert resumed["stopped_by"] is None
    assert 1 <= resumed["iteration"] <= LAST
    assert digests(undone.folder / TRAIN / "checkpoints") == checkpoints


def test_a_kill_before_the_end_is_noted_costs_the_last_iterations_alone(
    undone: Project, checkpoints: dict[str, str]
) -> None:
    """Snakemake, which notes it, deletes the published files of a job that it has not noted."""
    with training(undone) as call:
        os.kill(call.pid, signal.SIGSTOP)  # Snakemake alone
        wait_until(lambda: (undone.folder / DONE).exists())
        os.killpg(call.pid, signal.SIGKILL)
    assert read_json(undone.folder / DONE)["resumed"] == []
    unlock(undone)
    (resumed,) = finish(undone)
    assert resumed["iteration"] == LAST
    assert digests(undone.folder / TRAIN / "checkpoints") == checkpoints
