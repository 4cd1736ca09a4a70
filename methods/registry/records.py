"""Records of attempts, one file each: `registry/<rule>/<job>/<start>-<process>.json`.

Only the process that makes an attempt writes its record, first without an end, then with one. So
jobs that run at the same time do not touch each other's, and one that is killed leaves a record
without an end. No rule names these files, so Snakemake removes none of them.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from methods.data.files import check_fields, read_json, write_json
from methods.errors import InputError

_FIELDS = {
    "rule": str,
    "job": str,
    "wildcards": dict,
    "started": str,
    "host": str,
    "process": int,
    "settings": str,
    "code": str | None,
    "ended": str | None,
    "outcome": str | None,
    "reason": str | None,
}
_REMEDY = "move it out of the registry"


@dataclass(frozen=True)
class Attempt:
    """One attempt at a job.

    Attributes:
        file: the record.
        rule: name of the rule.
        job: which of the rule's jobs, such as more.seed0; empty where the rule has one.
        wildcards: text by name.
        started: when, in UTC.
        host: name of the machine.
        process: number of the process on it.
        settings: SHA-256 of the parameters and of the YAML files that the job reads, without code.
        code: fingerprint of the code; None where the rule states none.
        ended: when, in UTC; None while it runs, and for ever where it was killed.
        outcome: finished, failed or interrupted; None as long as there is no end.
        reason: what ended it, in one sentence; None where it finished.
    """

    file: Path
    rule: str
    job: str
    wildcards: Mapping[str, str]
    started: datetime
    host: str
    process: int
    settings: str
    code: str | None
    ended: datetime | None = None
    outcome: str | None = None
    reason: str | None = None

    @classmethod
    def begin(cls, folder: Path, **facts: Any) -> Self:
        """Write the record of an attempt that this process starts now.

        Args:
            folder: of all attempts at the job.
            facts: rule, job, wildcards, settings and code.

        Raises:
            InputError: the record cannot be written.
        """
        started, process = datetime.now(UTC), os.getpid()
        file = folder / f"{started:%Y%m%dT%H%M%S%fZ}-{process}.json"
        attempt = cls(
            file=file, started=started, host=socket.gethostname(), process=process, **facts
        )
        attempt._write()
        return attempt

    def end(self, outcome: str, reason: str | None) -> Self:
        """Write the end, which is now, into the record.

        Raises:
            InputError: the record cannot be written.
        """
        ended = replace(self, ended=datetime.now(UTC), outcome=outcome, reason=reason)
        ended._write()
        return ended

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read a record; fields that are not known here are passed over.

        Raises:
            InputError: the file is not a record.
        """
        values = check_fields(file, read_json(file), _FIELDS)
        times = {name: _time(file, values[name]) for name in ("started", "ended")}
        if times["started"] is None:
            raise InputError(file, "no start", "a time", _REMEDY)
        return cls(file=file, **{**{name: values[name] for name in _FIELDS}, **times})

    @property
    def kept_journal(self) -> Path:
        """Where the journal of a training that did not finish is kept, if it had begun one."""
        return self.file.with_suffix(".journal.csv")

    def _write(self) -> None:
        values = {name: value for name, value in asdict(self).items() if name in _FIELDS}
        for name in ("started", "ended"):
            values[name] = values[name] and values[name].isoformat(timespec="milliseconds")
        write_json(self.file, values)


def read_attempts(folder: Path) -> tuple[list[Attempt], list[str]]:
    """All attempts below a folder, by their start; and a sentence on each file that is no record.

    Args:
        folder: the registry, or the part of one rule or job; there is none before the first.
    """
    attempts, broken = [], []
    for file in sorted(folder.rglob("*.json")):
        if file.name.startswith("."):  # a record that is being written
            continue
        try:
            attempts.append(Attempt.read(file))
        except InputError as error:
            broken.append(str(error))
    return sorted(attempts, key=_start), broken


def _start(attempt: Attempt) -> tuple[datetime, str, str]:
    """When it started: the file's name tells it to the microsecond, what is in it does not."""
    return attempt.started, attempt.file.name, str(attempt.file)


def _time(file: Path, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(file, f"the time {text!r}", "one of ISO 8601", _REMEDY) from error
    if time.tzinfo is None:
        raise InputError(file, f"the time {text!r}", "one with its zone", _REMEDY)
    return time.astimezone(UTC)
