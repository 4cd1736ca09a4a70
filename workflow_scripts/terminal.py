"""Where a script's words go: to its log, but its progress bars to the terminal."""

import os
import sys
from io import TextIOWrapper, UnsupportedOperation
from pathlib import Path
from typing import TextIO


def write_to(log: Path) -> TextIO:
    """Send this process and its children to the log; return the terminal they wrote to before."""
    terminal = os.fdopen(os.dup(2), "w", buffering=1)
    with log.open("wb") as file:
        for descriptor in (1, 2):
            os.dup2(file.fileno(), descriptor)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    if terminal.isatty():
        sys.stderr = _ProgressOnTerminal(terminal, sys.stderr)
    return terminal


class _ProgressOnTerminal:
    """A stream that shows progress bars on the terminal and keeps everything else in the log."""

    def __init__(self, terminal: TextIO, log: TextIO) -> None:
        self._terminal = terminal
        self._log = log
        self.encoding = terminal.encoding

    def write(self, text: str) -> int:
        stream = self._terminal if "\r" in text else self._log
        return stream.write(text)

    def flush(self) -> None:
        self._terminal.flush()
        self._log.flush()

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        # tqdm asks this file for the terminal's size. It hides its bars where that is 0 by 0, as it
        # is where nobody has set it (some containers), but not where there is no such file.
        if 0 in os.get_terminal_size(self._terminal.fileno()):
            raise UnsupportedOperation("the terminal does not know its size")
        return self._terminal.fileno()
