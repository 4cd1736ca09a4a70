"""A program that is launched in several processes; the first argument says what the second does."""

import os
import signal
import sys
import time
from pathlib import Path

from methods.errors import InputError, StoppedError
from methods.training.launched import end_with_launcher, report
from methods.training.signals import StopSignals

HOURS = 3600 * 5


def main(what: str, rank: int, count: int, words: Path) -> None:
    if what == "share":
        _record(rank).write_text(f"{count} {os.environ['OMP_NUM_THREADS']}")
    elif what == "see":
        _record(rank).write_text(os.environ["CUDA_VISIBLE_DEVICES"])
    elif what == "wait":
        end_with_launcher()
        _record(f"{rank}.{os.getpid()}").touch()
        time.sleep(HOURS)
    elif what == "stop":
        _stop(rank, count, words)
    elif rank == 0:
        time.sleep(HOURS)
    else:
        _end(what, words)


def _stop(rank: int, count: int, words: Path) -> None:
    """The first process sends a signal to the launcher once all would heed it."""
    with StopSignals() as asked:
        _record(rank).touch()
        while rank == 0 and len([*Path(os.environ["RECORD"]).iterdir()]) < count:
            time.sleep(0.01)
        if rank == 0:
            os.kill(os.getppid(), signal.SIGUSR1)
        while asked.received is None:
            time.sleep(0.01)
    report(words, StoppedError(f"{rank} stopped by {asked.received}."))
    sys.exit(1)


def _end(what: str, words: Path) -> None:
    if what == "mistake":
        report(words, InputError("here", "a mistake", "none", "correct it"))
    elif what == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.exit(1)


def _record(name: str | int) -> Path:
    return Path(os.environ["RECORD"], str(name))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[5]))
