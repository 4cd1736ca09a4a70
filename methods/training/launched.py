"""What a launched process owes its launcher: to end with it, and to say why where it ends first."""

import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from methods.data.files import read_json, write_json
from methods.errors import InputError, StoppedError


def end_with_launcher() -> None:
    """From now on, end at once where the process that launched this one ends, whatever ends it."""
    threading.Thread(target=_watch, daemon=True).start()


def report(path: Path, error: InputError | StoppedError) -> None:
    """Leave the sentence for `reported`."""
    parts = [str(part) for part in error.parts] if isinstance(error, InputError) else [str(error)]
    write_json(path, {"kind": type(error).__name__, "parts": parts})


def reported(paths: Iterable[Path]) -> InputError | StoppedError | None:
    """The first mistake that was reported or, where none was, the first stop; None without both.

    Args:
        paths: of the processes, by rank; those that reported nothing have none.
    """
    found = [read_json(path) for path in paths if path.is_file()]
    for error in found:
        if error["kind"] == InputError.__name__:
            return InputError(*error["parts"])
    return StoppedError(*found[0]["parts"]) if found else None


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1):  # what it reads from ends with the launcher
        continue
    os._exit(1)
