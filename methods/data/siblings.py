"""Temporary siblings of a file or folder, and the removal of those that a killed process left."""

import errno
import fcntl
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# What a file system says that knows no locks.
_NO_LOCKS = (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK)


def sibling(target: Path) -> Path:
    """Return a new hidden name beside a target, with its suffix."""
    return target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")


def lock_file(target: Path) -> Path:
    """Return the file beside a target that is locked while its folder is made."""
    return target.with_name(f".{target.name}.lock")


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Let one process at a time make a folder; remove what killed ones left beside it.

    The system drops a lock with the process that holds it. So whoever has it may remove every
    sibling folder. Where the file system knows no locks, nothing is removed.

    Args:
        target: the folder, whose parent exists.

    Raises:
        OSError: the lock cannot be made.
    """
    lock = lock_file(target)
    descriptor = _locked(lock, target)
    try:
        if descriptor is not None:
            for folder in _siblings(target):
                shutil.rmtree(folder, ignore_errors=True)
        yield
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
            if _is(lock, descriptor):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            if error.errno in _NO_LOCKS:
                return None
            raise
        os.close(descriptor)  # its holder has removed it; the next one may be there already


def _wait(descriptor: int, target: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{target}: another process makes it; waiting", file=sys.stderr)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _is(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _siblings(target: Path) -> list[Path]:
    stem, suffix = re.escape(target.stem), re.escape(target.suffix)
    name = re.compile(rf"\.{stem}\.[0-9a-f]{{8}}{suffix}")
    return [path for path in target.parent.iterdir() if name.fullmatch(path.name) and path.is_dir()]
