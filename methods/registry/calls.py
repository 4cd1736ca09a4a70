"""The call of Snakemake that is at work on an experiment, and how many of its steps are done.

A call notes itself when it starts, unless another one is noted and lives, and removes its own note
when it ends. One that was killed leaves it.
"""

import os
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from methods.data.disk import writing
from methods.data.files import read_fields, write_json
from methods.errors import InputError
from methods.layout import LOGS
from methods.registry.processes import is_running

_DONE = re.compile(
    r"^(\d{1,7}) of ([1-9]\d{0,6}) steps? \(", re.MULTILINE
)  # as Snakemake's own log counts
_NOTE = "the note of a call: its rules, start, host, process, steps, logs, files and cores"
_FIELDS = {
    "targets": list,
    "started": str,
    "host": str,
    "process": int,
    "steps": int,
    "logs": list,
    "files": list,
    "cores": int | None,
}


@dataclass(frozen=True)
class Call:
    """One call.

    Attributes:
        targets: names of the rules that it was asked for.
        started: when its first job could start, in UTC.
        host: name of the machine.
        process: number of Snakemake's process on it.
        steps: jobs that it had to run when it started, the rule that it was asked for among them.
        logs: Snakemake's own.
        files: absolute paths of what it makes.
        cores: of this machine that its jobs share; None where they run on others.
    """

    targets: tuple[str, ...]
    started: datetime
    host: str
    process: int
    steps: int
    logs: tuple[Path, ...]
    files: tuple[Path, ...]
    cores: int | None

    def done(self) -> tuple[int, int] | None:
        """(steps done, steps in all) by the last count; None where there is none yet.

        There never is one where Snakemake was told to be quiet about its progress.
        """
        found = []
        for log in filter(Path.is_file, self.logs):
            found += _DONE.findall(log.read_text(encoding="utf-8", errors="replace"))
        return (int(found[-1][0]), int(found[-1][1])) if found else None


def note_call(
    results: Path,
    targets: Sequence[str],
    steps: int,
    logs: Sequence[str],
    files: Iterable[Path],
    cores: int | None,
) -> None:
    """Note that this process starts to work, unless the note of another that does is there.

    Args:
        results: folder of the experiment.
        targets: names of the rules that were asked for.
        steps: jobs to run.
        logs: paths of Snakemake's own.
        files: absolute paths of what it makes.
        cores: of this machine that its jobs share; None where they run on others.

    Raises:
        InputError: the note cannot be written, or what is there is none.
    """
    other = read_call(results)
    if other is not None and is_running(other):
        return
    fields = {
        "targets": list(targets),
        "started": datetime.now(UTC).isoformat(),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "steps": steps,
        "logs": list(logs),
        "files": sorted(map(str, files)),
        "cores": cores,
    }
    write_json(_note(results), fields)


def forget_call(results: Path) -> None:
    """Remove this process's note, if it is there.

    Raises:
        InputError: it cannot be removed, or what is there is none.
    """
    own = read_call(results)
    if own is None or (own.host, own.process) != (socket.gethostname(), os.getpid()):
        return
    with writing(_note(results)):
        _note(results).unlink(missing_ok=True)


def read_call(results: Path) -> Call | None:
    """The call that noted itself last and no end, whether its process lives or not.

    Raises:
        InputError: the note cannot be read, or a field of it is missing or of another kind.
    """
    note = _note(results)
    if not note.is_file():
        return None
    try:
        fields = read_fields(note, _FIELDS)
        started = datetime.fromisoformat(fields["started"]).astimezone(UTC)
    except InputError as error:
        raise InputError(note, error.parts[1], _NOTE, "delete it") from error
    except (ValueError, OverflowError) as error:
        raise InputError(note, f"the time {fields['started']!r}", _NOTE, "delete it") from error
    texts = [*fields["targets"], *fields["logs"], *fields["files"]]
    counts = [fields["process"], fields["steps"], fields["cores"]]
    counted = all(count is None or count > 0 for count in counts)
    if not counted or not all(isinstance(text, str) for text in texts):
        raise InputError(note, "other values", _NOTE, "delete it")
    return Call(
        targets=tuple(fields["targets"]),
        started=started,
        host=fields["host"],
        process=fields["process"],
        steps=fields["steps"],
        logs=tuple(map(Path, fields["logs"])),
        files=tuple(map(Path, fields["files"])),
        cores=fields["cores"],
    )


def _note(results: Path) -> Path:
    return results / LOGS / "call.json"
