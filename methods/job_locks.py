"""A second process that would do the same work beside the first one is refused."""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from methods.data.files import unreadable
from methods.data.locks import NO_LOCKS, is_same, lock_file
from methods.errors import InputError

PATIENCE = 60.0  # seconds: a training that was asked to stop saves a large state
_PAUSE = 0.2  # seconds between two tries


@contextmanager
def sole_process(target: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a lock beside a file for a block, in this process alone, not in its children.

    The system drops it with the process. Where the file system knows no locks there is none.

    Args:
        target: what the work is known by; its folder exists.
        patience: seconds that another process may take to end.

    Raises:
        InputError: another process still does the work, or the lock cannot be made.
    """
    lock = lock_file(target)
    try:
        descriptor = _locked(lock, target, patience)
    except OSError as error:
        raise unreadable(lock, error) from error
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)  # before it is opened: who waits sees that it is another file
        os.close(descriptor)


def _locked(lock: Path, target: Path, patience: float) -> int:
    """The descriptor of the file, locked where that is possible."""
    end, said = time.monotonic() + patience, False
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            # Unlike flock's, such a lock is not inherited, so that no orphan keeps it.
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):  # POSIX allows both where another one has it
            holder = os.read(descriptor, 200).decode(errors="replace")
            os.close(descriptor)
            if time.monotonic() >= end:
                raise _still_running(target, holder) from None
            if not said:
                print(f"{target}: another process is at the same job; waiting", file=sys.stderr)
                said = True
            time.sleep(_PAUSE)
            continue
        except OSError as error:
            if error.errno in NO_LOCKS:
                return descriptor
            os.close(descriptor)
            raise
        if is_same(lock, descriptor):
            os.truncate(descriptor, 0)
            os.write(descriptor, f"process {os.getpid()} on {socket.gethostname()}".encode())
            return descriptor
        os.close(descriptor)  # its holder has removed it


def _still_running(target: Path, holder: str) -> InputError:
    return InputError(
        target,
        f"another process at the same job ({holder or 'nobody knows which'}), as one that goes on"
        " when Snakemake alone was killed",
        "none",
        "wait for its end, or end it with `kill` and its number; then call again",
    )
