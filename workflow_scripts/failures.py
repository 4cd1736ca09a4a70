"""What ends a job without its result: said, and kept to be said again at the end of the call."""

import sys
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from methods.errors import InputError, StoppedError
from methods.registry import entries
from methods.registry.records import Attempt
from workflow_scripts.log_lines import stamp

_EXPECTED = (InputError, StoppedError)  # said in one sentence, without a traceback
_FAILURE = ".failed"  # ending of the file beside a log that says why the job failed


class Reporter:
    """Writes down what ends a block, before whatever is held around the block is let go.

    It says it in the log, and in one sentence on the terminal. The sentence is also kept beside the
    log and in the registry. The error goes on, and nobody says it a second time.

    Attributes:
        attempt: of the job, once it is entered into the registry.
    """

    def __init__(self, rule: str, log: Path, journal: Path | None, terminal: TextIO) -> None:
        """Forget the failure of the attempt before.

        Args:
            rule: of the job.
            log: of the job.
            journal: of the training that the job is; None where it is none.
            terminal: what the job would write to if it had no log.
        """
        self.attempt: Attempt | None = None
        self._rule = rule
        self._log = log
        self._journal = journal
        self._terminal = terminal
        _failure_file(log).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None or error is None:
            return
        say(kind, error, trace)
        stamp(self._rule, "ended without its result")
        sentence = self._sentence(kind, error)
        sys.excepthook = _say_nothing
        for tell in (self._to_terminal, self._beside_log, partial(self._to_registry, kind)):
            try:
                tell(sentence)
            except (InputError, OSError) as untold:  # such as a full disk, which may have ended it
                print(untold, file=sys.stderr)

    def _to_terminal(self, sentence: str) -> None:
        print(sentence, file=self._terminal, flush=True)

    def _beside_log(self, sentence: str) -> None:
        content = f"{sentence}\n".encode(errors="backslashreplace")
        _failure_file(self._log).write_bytes(content)

    def _to_registry(self, kind: type[BaseException], sentence: str) -> None:
        if self.attempt is not None:
            entries.stop(self.attempt, kind, sentence, self._journal)

    def _sentence(self, kind: type[BaseException], error: BaseException) -> str:
        if issubclass(kind, KeyboardInterrupt):
            return f"{self._rule}: interrupted; the next call makes it anew."
        if issubclass(kind, _EXPECTED):
            return str(error)
        return f"{self._rule}: {kind.__name__}: {error}; traceback in {self._log}"


def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what ended the script: a user's mistake in one sentence, a bug with its traceback."""
    if issubclass(kind, _EXPECTED):
        print(error, file=sys.stderr)
    else:
        traceback.print_exception(kind, error, trace)


def print_failures(logs: Path, since: float) -> None:
    """Say again, after Snakemake's many lines, what ended the jobs that failed.

    Args:
        logs: folder of the logs.
        since: seconds since the epoch; earlier failures are another call's.
    """
    for file in sorted(logs.rglob(f"*{_FAILURE}")):
        if file.is_file() and file.stat().st_mtime >= since:
            said = file.read_text(encoding="utf-8", errors="replace")
            print(f"\n{said.rstrip()}", file=sys.stderr)


def _failure_file(log: Path) -> Path:
    return Path(f"{log}{_FAILURE}")


def _say_nothing(
    _kind: type[BaseException], _error: BaseException, _trace: TracebackType | None
) -> None:
    """Python's last word on an error, of which all is said."""
