"""What Snakemake says on the terminal: a line for each job that begins and for each count."""

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from snakemake.logging import ColorizingTextHandler, DefaultFormatter, LogEvent
from snakemake.settings.enums import Quietness

from workflow_scripts.brief import speak_briefly

FAILED = {"rule_name": "train", "rule_msg": "Training", "msg": "Error", "jobid": 3, "input": []}
FAILED |= {"output": [], "log": ["train.log"], "conda_env": None, "shellcmd": None, "aux": {}}


class Said:
    """A logger like Snakemake's, with a terminal and a file."""

    def __init__(self, folder: Path) -> None:
        self.logger = logging.Logger("snakemake", logging.INFO)
        self.stream = StringIO()
        self.file = folder / "call.log"
        kept = logging.FileHandler(self.file)
        for handler in (ColorizingTextHandler(stream=self.stream), kept):
            handler.setFormatter(DefaultFormatter({Quietness.REASON}))
            self.logger.addHandler(handler)

    def job(self, number: int, message: str, **changed: Any) -> None:
        info = {"jobid": number, "rule_msg": message, "indent": False, **changed}
        self.logger.info(message, extra={"event": LogEvent.JOB_INFO, **info})

    def event(self, event: LogEvent, text: str, **facts: Any) -> None:
        self.logger.info(text, extra={"event": event, **facts})

    def lines(self) -> list[str]:
        """Of the terminal."""
        return self.stream.getvalue().splitlines()


@pytest.fixture
def said(tmp_path: Path) -> Iterator[Said]:
    found = Said(tmp_path)
    yield found
    for handler in found.logger.handlers:
        handler.close()


def call(said: Said) -> None:
    """What Snakemake says of one that makes two files."""
    said.event(LogEvent.RUN_INFO, "Job stats:\ntotal 2\n")
    said.logger.info("Select jobs to execute...")
    said.event(LogEvent.JOB_STARTED, "Execute 2 jobs...", jobs=[1, 2])
    for number in (1, 2):
        said.job(number, f"Making file {number}")
    said.event(LogEvent.JOB_FINISHED, "Finished jobid: 1 (Rule: make)", job_id=1)
    said.event(LogEvent.PROGRESS, "", done=1, total=2)
    said.job(0, "The files are there")


def test_a_job_takes_two_lines(said: Said) -> None:
    speak_briefly(said.logger, dry_run=False)
    call(said)
    stats, total, blank, first, second, count, last = said.lines()
    assert (stats, total, blank) == ("Job stats:", "total 2", "")
    assert first.startswith("[")
    assert first.endswith("] Job 1: Making file 1")
    assert second.endswith("] Job 2: Making file 2")
    assert count == "1 of 2 steps (50%) done"
    assert last.endswith("] Job 0: The files are there")


def test_the_log_keeps_every_word(said: Said) -> None:
    speak_briefly(said.logger, dry_run=False)
    call(said)
    kept = said.file.read_text()
    for text in ("Select jobs", "Execute 2 jobs...", "Finished jobid: 1", "\nJob 2: Making file 2"):
        assert text in kept


def test_a_failure_is_said_as_ever(said: Said) -> None:
    speak_briefly(said.logger, dry_run=False)
    extra = {f"job_{key}" if key == "msg" else key: value for key, value in FAILED.items()}
    record = logging.LogRecord("snakemake", logging.ERROR, "", 0, "Error", None, None)
    record.__dict__.update({**extra, "event": LogEvent.JOB_ERROR})
    said.logger.handle(record)
    said.logger.warning("Select jobs to execute...")
    *told, warned = said.lines()
    assert "Error in rule train:" in told
    assert "    log: train.log (check log file(s) for error details)" in told
    assert warned == "Select jobs to execute..."


def test_a_dry_run_counts_its_jobs_once_and_breaks_its_reasons(said: Said) -> None:
    speak_briefly(said.logger, dry_run=True)
    said.event(LogEvent.RUN_INFO, "Job stats:\ntotal 1\n")
    said.job(0, "Making a file")
    said.event(LogEvent.RUN_INFO, "Job stats:\ntotal 1\n")
    rules = [f"rule_{number}" for number in range(30)]
    said.logger.info(f"Reasons:\n    files are missing:\n        {', '.join(rules)}")
    first, *rest = said.lines()
    assert first.endswith("Job 0: Making a file")
    assert rest[:5] == ["Job stats:", "total 1", "", "Reasons:", "    files are missing:"]
    assert max(map(len, rest)) <= 100
    assert all(line.startswith("        rule_") for line in rest[5:])
    assert " ".join(line.strip() for line in rest[5:]) == ", ".join(rules)
