"""What a training that was asked to stop says, and leaves in the registry."""

import os
import re
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import psutil
import pytest

from methods.data.locks import lock_file
from methods.errors import InputError
from methods.job_locks import sole_process
from tests.unit.test_registry_entries import attempts_of, start

SENTENCE = (
    "train: training stopped by SIGTERM after 4 iterations; the next call goes on from there."
)
BODY = f"""
from methods.errors import StoppedError
raise StoppedError({SENTENCE!r})
"""


def test_one_sentence_and_an_interrupted_attempt(tmp_path: Path) -> None:
    process = start(tmp_path, BODY)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said == f"{SENTENCE}\n"
    log = tmp_path / "results/tiny/logs/train_model/more.seed0.log"
    started, sentence, ended = log.read_text(encoding="utf-8").splitlines()
    assert sentence == SENTENCE
    at = rf"20\d\d-\S+\+00:00 on {re.escape(socket.gethostname())}, process {process.pid}"
    assert re.fullmatch(f"train_model: started {at}", started)
    assert re.fullmatch(f"train_model: ended without its result {at}", ended)
    (attempt,) = attempts_of(tmp_path)
    assert (attempt.outcome, attempt.reason) == ("interrupted", SENTENCE)


# Four items in two processes, each of which leaves its number and then takes long.
WORKERS = """
import os, time
from pathlib import Path
from methods.workers import map_in_order
folder = job.output["journal"].parent
def work(item):
    (folder / str(os.getpid())).touch()
    time.sleep(600)
list(map_in_order(work, range(4), 2))
"""


def start_workers(folder: Path) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A job at work in two processes of its own."""
    process = start(folder, WORKERS)
    place, end = folder / "results/tiny/more/seed0/train", time.monotonic() + 120
    while not place.is_dir() or len(list(place.iterdir())) < 2:
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)
    return process, [psutil.Process(int(path.name)) for path in place.iterdir()]


@pytest.mark.parametrize("killed", [True, False])
def test_a_job_that_ends_leaves_no_process_behind(tmp_path: Path, killed: bool) -> None:
    """Killed alone, as by a lack of memory; or interrupted with its group, as by Ctrl-C."""
    process, workers = start_workers(tmp_path)
    if killed:
        process.kill()
    else:
        os.killpg(os.getpgid(process.pid), signal.SIGINT)
    process.communicate(timeout=60)
    gone, alive = psutil.wait_procs(workers, timeout=60)
    assert len(gone) == 2
    assert not alive
    (attempt,) = attempts_of(tmp_path)
    assert attempt.outcome == (None if killed else "interrupted")


def test_a_second_process_at_the_same_job_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    process, _ = start_workers(tmp_path)
    log = tmp_path / "results/tiny/logs/train_model/more.seed0.log"
    with pytest.raises(InputError) as refused, sole_process(log, patience=0.3):
        raise AssertionError("not refused")
    assert str(refused.value) == (
        f"{log}: found another process at the same job (process {process.pid} on"
        f" {socket.gethostname()}), as one that goes on when Snakemake alone was killed, expected"
        " none; wait for its end, or end it with `kill` and its number; then call again."
    )
    assert capfd.readouterr().err == f"{log}: another process is at the same job; waiting\n"
    threading.Timer(0.5, process.kill).start()
    with sole_process(log, patience=60):  # the lock goes with the process, its workers or not
        assert process.wait(timeout=60) == -signal.SIGKILL
    process.communicate()
    assert not lock_file(log).exists()


# Whoever writes the sentence beside the log waits until somebody reads it.
UNREAD = f"""
import os
os.mkfifo(f"{{job.log}}.failed")
{BODY}"""


def test_how_a_job_ended_is_written_down_before_another_may_begin(tmp_path: Path) -> None:
    process = start(tmp_path, UNREAD)
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == f"{SENTENCE}\n"  # its end has begun
        log = tmp_path / "results/tiny/logs/train_model/more.seed0.log"
        with (
            pytest.raises(InputError, match=rf"\(process {process.pid} on "),
            sole_process(log, patience=0),
        ):
            raise AssertionError("not refused")
        assert attempts_of(tmp_path)[0].outcome is None
        assert Path(f"{log}.failed").read_text(encoding="utf-8") == f"{SENTENCE}\n"
        with sole_process(log, patience=60):
            assert attempts_of(tmp_path)[0].outcome == "interrupted"
    finally:
        process.kill()  # which nobody's reading would else let go
    assert process.communicate(timeout=60) == (None, "")


FULL = f"""
import os
os.symlink("/dev/full", f"{{job.log}}.failed")
{BODY}"""


def test_a_full_disk_keeps_no_failure_from_the_registry(tmp_path: Path) -> None:
    process = start(tmp_path, FULL)
    assert process.communicate(timeout=120)[1] == f"{SENTENCE}\n"
    log = tmp_path / "results/tiny/logs/train_model/more.seed0.log"
    assert "No space left on device" in log.read_text(encoding="utf-8")
    assert attempts_of(tmp_path)[0].outcome == "interrupted"
