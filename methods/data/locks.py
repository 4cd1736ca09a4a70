"""One process at a time makes a file or a folder."""

import errno
import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a file system says that knows no locks.
NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK)


def lock_file(target: Path) -> Path:
    """Return the file beside a target that is locked while the target is made."""
    return target.with_name(f".{target.name}.lock")


@contextmanager
def locked(target: Path) -> Iterator[bool]:
    """Wait until no other process makes a file or a folder, and keep others waiting meanwhile.

    The system drops a lock with the process that holds it. Nothing of it stays beside the target.

    Args:
        target: what is made; the folder that it lies in exists.

    Yields:
        Whether there is a lock. Where the file system knows none, the block runs without, and must
        not remove what another process may be using.

    Raises:
        OSError: the lock cannot be made.
    """
    lock = lock_file(target)
    descriptor = _locked(lock, target)
    try:
        yield descriptor is not None
    finally:
        # Before it is opened: who waits for it sees that it is not the file of that name any more.
        lock.unlink(missing_ok=True)
        if descriptor is not None:
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)


def _locked(lock: Path, target: Path) -> int | None:
    """The descriptor of the locked file; None where there are no locks."""
    while True:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _wait(descriptor, target)
            if is_same(lock, descriptor):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            if error.errno in NO_LOCKS:
                return None
            raise
        os.close(descriptor)  # its holder has removed it; the next one may be there already


def _wait(descriptor: int, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{target}: another process makes it; waiting", file=sys.stderr)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def is_same(path: Path, descriptor: int) -> bool:
    """Whether an open file still has its name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
