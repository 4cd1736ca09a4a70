"""What a script that is run leaves in the registry of its experiment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from methods.registry.records import Attempt, read_attempts
from tests.unit.test_job import HINGE, PROJECT, describe

JOURNAL = """
path = job.output["journal"].with_name("journal.unfinished.csv")
path.write_text("iteration\\n0\\n", encoding="utf-8")
"""


def start(folder: Path, body: str, **changes: Any) -> subprocess.Popen[str]:
    """Start a script of results/tiny whose `main` has this body."""
    results = folder / "results/tiny"
    values = {
        "rule": "train_model",
        "wildcards": {"run": "more", "seed": "0"},
        "input": {},
        "output": {"journal": str(results / "more/seed0/train/journal.csv")},
        "log": str(results / "logs/train_model/more.seed0.log"),
    }
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    script = folder / "try_script.py"
    script.write_text(f"def main(job):\n{lines}\n{HINGE}", encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(describe(folder, **{**values, **changes}))],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # of its own, as a terminal gives to a call
        # A shell has its background jobs ignore Ctrl-C, and so may whoever runs the tests.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def attempts_of(folder: Path) -> list[Attempt]:
    attempts, broken = read_attempts(folder / "results/tiny/registry/train_model/more.seed0")
    assert broken == []
    return attempts


def test_success_and_failure_are_entered(tmp_path: Path) -> None:
    _, said = start(tmp_path, "pass").communicate(timeout=120)
    assert said == ""
    body = f"""{JOURNAL}
from methods.errors import InputError
raise InputError("a.png", "mode RGBA", "L or P", "export it again")"""
    _, said = start(tmp_path, body).communicate(timeout=120)
    finished, failed = attempts_of(tmp_path)
    assert (finished.rule, finished.job) == ("train_model", "more.seed0")
    assert finished.wildcards == {"run": "more", "seed": "0"}
    assert (finished.outcome, finished.reason) == ("finished", None)
    assert finished.ended is not None
    assert failed.outcome == "failed"
    assert f"{failed.reason}\n" == said
    assert said.startswith("a.png: found mode RGBA")
    assert failed.settings == finished.settings
    assert failed.kept_journal.read_text(encoding="utf-8") == "iteration\n0\n"


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a script has made a file."""
    end = time.monotonic() + 120
    while not path.exists():
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("sent", "outcome", "ended"),
    [(signal.SIGKILL, None, False), (signal.SIGINT, "interrupted", True)],
)
def test_what_is_stopped_is_entered_and_its_journal_kept(
    tmp_path: Path, sent: signal.Signals, outcome: str | None, ended: bool
) -> None:
    process = start(tmp_path, f"{JOURNAL}\nimport time\ntime.sleep(600)")
    wait_for(tmp_path / "results/tiny/more/seed0/train/journal.unfinished.csv", process)
    process.send_signal(sent)
    process.communicate(timeout=120)
    attempt = attempts_of(tmp_path)[0]
    assert (attempt.outcome, attempt.ended is not None) == (outcome, ended)
    start(tmp_path, "pass").communicate(timeout=120)
    stopped, after = attempts_of(tmp_path)
    assert stopped.kept_journal.read_text(encoding="utf-8") == "iteration\n0\n"
    assert after.outcome == "finished"
    assert not after.kept_journal.exists()


def test_the_digest_is_of_the_settings_without_the_code(tmp_path: Path) -> None:
    resolved, index = tmp_path / "resolved.yaml", tmp_path / "index.csv"
    resolved.write_text("lr: 1", encoding="utf-8")
    index.write_text("a", encoding="utf-8")
    files = {"input": {"resolved": str(resolved), "index": str(index)}}
    for params in ({"code": "1", "n": 1}, {"code": "2", "n": 1}, {"code": "2", "n": 2}):
        start(tmp_path, "pass", params=params, **files).communicate(timeout=120)
    resolved.write_text("lr: 2", encoding="utf-8")
    start(tmp_path, "pass", params={"code": "2", "n": 2}, **files).communicate(timeout=120)
    first, other_code, other_params, other_file = attempts_of(tmp_path)
    assert (first.code, other_code.code) == ("1", "2")
    assert first.settings == other_code.settings
    assert len({at.settings for at in (first, other_params, other_file)}) == 3


def test_a_job_without_output_is_not_entered(tmp_path: Path) -> None:
    start(tmp_path, "pass", output={}).communicate(timeout=120)
    described = tmp_path / "results/tiny/logs/train_model/more.seed0.log.job.json"
    assert json.loads(described.read_text(encoding="utf-8"))["rule"] == "train_model"
    assert attempts_of(tmp_path) == []
