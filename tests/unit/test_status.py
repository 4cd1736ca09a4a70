"""The status: what runs, how far, how fast, until when, and what came before."""

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from methods.data.files import write_json
from methods.registry.processes import is_running
from methods.registry.records import Attempt
from methods.status.logged import read_logged_progress
from methods.status.progress import read_progress
from methods.status.text import status_text
from tests.unit.small_driver import Driver
from tests.unit.test_registry import begin

RESOLVED = "training: {iterations: 100}\nderived: {global_batch: 8}\n"
HEADER = "iteration,total,images_per_second\n"
WRITTEN = datetime(2026, 7, 5, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine five hours behind UTC."""
    monkeypatch.setenv("TZ", "EST5")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def write_training(results: Path, rows: str, resolved: str = RESOLVED) -> Path:
    """A training that is at work; its journal."""
    folder = results / "more/seed0"
    journal = folder / "train/journal.unfinished.csv"
    journal.parent.mkdir(parents=True, exist_ok=True)
    (folder / "resolved.yaml").write_text(resolved, encoding="utf-8")
    journal.write_text(HEADER + rows, encoding="utf-8")
    os.utime(journal, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    return journal


def test_progress_of_a_journal_that_grows(tmp_path: Path) -> None:
    slow, fast = "{},2.5,0.1\n", "{},2.5,4\n"  # 4 images a second: 0.5 iterations
    rows = "".join(slow.format(n) for n in range(20)) + "".join(
        fast.format(n) for n in range(20, 40)
    )
    journal = write_training(tmp_path, rows + "40,2.")  # the last line is half there
    progress = read_progress(journal, tmp_path / "more/seed0/resolved.yaml")
    assert progress is not None
    assert (progress.done, progress.total, progress.rate) == (40, 100, pytest.approx(0.5))
    assert progress.written == WRITTEN
    assert progress.end == WRITTEN + timedelta(seconds=120)


def test_progress_without_what_tells_the_rate(tmp_path: Path) -> None:
    resolved = "derived: {global_batch: 8, iterations: 50}\n"  # epochs, counted
    journal = write_training(tmp_path, "0,2.5\n1,2.5\n", resolved)
    progress = read_progress(journal, tmp_path / "more/seed0/resolved.yaml")
    assert progress is not None
    assert (progress.done, progress.total, progress.rate, progress.end) == (2, 50, None, None)
    journal.write_text(HEADER, encoding="utf-8")
    assert read_progress(journal, tmp_path / "more/seed0/resolved.yaml") is None
    assert read_progress(tmp_path / "none.csv", tmp_path / "none.yaml") is None


def test_whether_an_attempt_runs(tmp_path: Path) -> None:
    attempt = begin(tmp_path)
    assert is_running(attempt) is True
    assert is_running(replace(attempt, host="elsewhere")) is None
    reused = replace(attempt, started=attempt.started - timedelta(days=9))
    assert is_running(reused) is False
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert is_running(replace(attempt, process=child)) is False  # a zombie
    os.waitpid(child, 0)
    assert is_running(replace(attempt, process=child)) is False


def enter(results: Path, started: datetime, job: str = "more.seed0", **changes: Any) -> Attempt:
    """Enter an attempt of this process that started at some time."""
    attempt = replace(begin(results / "registry/train_model" / job, job=job), started=started)
    attempt = replace(attempt, **changes)
    attempt._write()
    return attempt


def test_status_of_nothing(tmp_path: Path) -> None:
    text = status_text(tmp_path / "mini", WRITTEN)
    assert text.startswith("Status of mini, 2026-07-05 05:00:00 EST\n")
    assert "No job is running at this moment." in text
    assert "There is no report yet; `make report EXPERIMENT=mini` makes it." in text.splitlines()
    assert "No attempt has ended yet." in text


def test_the_report_of_a_call_that_has_ended(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.touch()
    os.utime(page, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    lines = status_text(tmp_path, WRITTEN).splitlines()
    assert f"Report of 2026-07-05 05:00:00 EST: {page}" in lines


def test_status_of_a_training_and_what_came_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "methods.status.text.is_running",
        lambda attempt: None if attempt.host == "node9" else attempt.job == "more.seed0",
    )
    early = WRITTEN - timedelta(hours=2)
    why = "journal: found NaN, expected finite loss terms; lower the learning rate."
    enter(tmp_path, early, ended=WRITTEN, outcome="failed", reason=why)
    enter(tmp_path, early, "more.seed1")
    enter(tmp_path, WRITTEN - timedelta(minutes=1))
    enter(tmp_path, WRITTEN, "more.seed2", host="node9")
    write_training(tmp_path, "".join(f"{n},2.5,4\n" for n in range(25)))
    lines = status_text(tmp_path, WRITTEN).splitlines()
    running = next(line for line in lines if "25 of 100 (25 %)" in line)
    assert "train_model more.seed0" in running
    assert "2026-07-05 04:59:00 EST" in running  # since
    assert "0.5 it/s" in running
    assert "about 2026-07-05 05:02:30 EST" in running
    assert socket.gethostname() in running
    assert any("more.seed2" in line and line.endswith("node9") for line in lines)
    assert "Of another machine it is only known that no end was recorded." in "\n".join(lines)
    assert "2 attempts: 1 failed, 1 interrupted; all of them:" in lines
    assert any(f"train_model more.seed0: {why}" in line for line in lines)
    assert any("more.seed1" in line and "no end" in line for line in lines)


@pytest.mark.parametrize(
    ("rule", "source", "block"),
    [
        ("pretrain_backbone", "pretrained", "pretraining"),
        ("train_clip", "contrastive", "contrastive"),
    ],
)
def test_progress_of_a_training_of_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, source: str, block: str
) -> None:
    monkeypatch.setattr("methods.status.text.is_running", lambda attempt: True)
    started = datetime.now(UTC) - timedelta(seconds=100)
    folder = tmp_path / f"registry/{rule}/net"
    replace(begin(folder, job="net"), rule=rule, wildcards={}, started=started)._write()
    log = tmp_path / f"logs/{rule}/net.log"
    log.parent.mkdir(parents=True)
    weights = {"source": source, block: {"iterations": 200}}
    write_json(f"{log}.job.json", {"params": {"weights": weights, "code": "1f"}})
    assert f"{rule} net" in status_text(tmp_path)  # it renders pictures
    log.write_text("a warning\niteration=0 total=3.9\niteration=40 total=3.1\niteration=60 to")
    written = started.timestamp() + 82
    os.utime(log, (written, written))
    running = next(line for line in status_text(tmp_path).splitlines() if f"{rule} net" in line)
    assert "41 of 200 (20 %)" in running
    assert "0.5 it/s" in running
    os.utime(log, (written - 90, written - 90))  # of an attempt before
    assert "of 200" not in status_text(tmp_path)


def test_other_logs_tell_no_progress(tmp_path: Path) -> None:
    log = tmp_path / "check.log"
    log.write_text("iteration=3 of something\n", encoding="utf-8")
    write_json(f"{log}.job.json", {"params": {"weights": "net.pt"}})
    assert read_logged_progress(log, WRITTEN) is None
    assert read_logged_progress(tmp_path / "none.log", WRITTEN) is None


def test_the_journal_of_an_attempt_before_is_no_progress(tmp_path: Path) -> None:
    enter(tmp_path, datetime.now(UTC))
    write_training(tmp_path, "0,2.5,4\n")
    assert "train_model more.seed0" in status_text(tmp_path)
    assert "of 100" not in status_text(tmp_path)


def test_a_gpu_as_the_driver_answers(tmp_path: Path, driver: Driver) -> None:
    fields = "index,utilization.gpu,memory.used,memory.total,name"
    driver.answer({fields: "0, 87, 11200, 81559, NVIDIA H100, 80GB HBM3\n"})
    line = "GPU 0, NVIDIA H100, 80GB HBM3: 87 % busy, 12 GB of 86 GB used"
    assert line in status_text(tmp_path).splitlines()
    driver.fail()
    assert "No GPU answers." in status_text(tmp_path).splitlines()
