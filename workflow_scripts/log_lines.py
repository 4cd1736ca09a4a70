"""The first and the last line of a job's log, and what stands between them."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path


def stamp(rule: str, what: str) -> None:
    """Print a line of the log: when it was, and on which machine.

    Args:
        rule: of the job.
        what: happened, such as "started".
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    print(f"{rule}: {what} {now} on {socket.gethostname()}, process {os.getpid()}")


def output_of(log: Path) -> str:
    """What a script wrote to its log, between the lines of its start and its end."""
    return "".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[1:-1])
