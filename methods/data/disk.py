"""Writing to a disk, and its failures told in one sentence."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from methods.errors import InputError

NOTHING = "no such file"
CHUNK = 2**20  # bytes, the most that is read or written at once
FULL = (errno.ENOSPC, errno.EDQUOT)  # the disk, or the user's share of it
# What a write raises without naming the file: disk or quota full, file too large, broken disk.
# A file that is too large is no lack of room: other limits stop it, however much is free.
_WRITE_ERRORS = (*FULL, errno.EFBIG, errno.EIO)


@contextmanager
def writing(target: Path, *temporary: Path, needed: int | None = None) -> Iterator[None]:
    """Turn a failure to write `target` into one sentence; other errors of the block pass.

    Args:
        target: file or folder.
        temporary: files and folders that are written for its sake.
        needed: bytes that it takes, where they are known.

    Raises:
        InputError: the target, or something temporary, cannot be written.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None:
            ours = error.errno in _WRITE_ERRORS
        else:
            path = Path(os.fsdecode(error.filename)).absolute()
            inside = any(path.is_relative_to(place.absolute()) for place in temporary)
            ours = inside or path in _with_parents(target)
        if not ours:
            raise
        if error.errno in FULL:
            raise no_room(target, error, needed) from error
        raise InputError(
            target,
            f"a place that cannot be written to ({reason(error)})",
            "a writable folder with free space",
            "change its permissions, free some space or set another folder in config.yaml",
        ) from error


def no_room(target: Path, error: OSError, needed: int | None, afterwards: str = "") -> InputError:
    """Return the error to raise where the disk of a file or folder is full.

    Args:
        target: what was to be written.
        error: what the system says.
        needed: bytes that it takes, where they are known.
        afterwards: what happens then.
    """
    folder = existing_folder(target.parent)
    free = shutil.disk_usage(folder).free
    found = f"no room in {folder} ({reason(error)}, {free} bytes free)"
    expected = "free space" if needed is None else f"at least {needed} bytes of free space"
    remedy = "free some space there, or set another folder in config.yaml"
    return InputError(target, found, expected, f"{remedy}; {afterwards}" if afterwards else remedy)


def require_room(target: Path, needed: int, afterwards: str = "") -> None:
    """Refuse to begin what its disk has no room for.

    Args:
        target: what is to be written.
        needed: bytes that it takes.
        afterwards: what happens once there is room.

    Raises:
        InputError: there are fewer free bytes.
    """
    if needed > shutil.disk_usage(existing_folder(target.parent)).free:
        full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise no_room(target, full, needed, afterwards)


def found_instead(path: Path) -> str | None:
    """Say what is at a path where a file was looked for; None where it is one."""
    # os.path says no where a folder may not be searched; Path.is_file raises PermissionError there.
    if os.path.isfile(path):  # noqa: PTH113
        return None
    if os.path.isdir(path):  # noqa: PTH112
        return "a folder"
    if is_broken_link(path):
        return f"a link to {os.readlink(path)}, which is not there"  # noqa: PTH115
    return "something that is no file" if os.path.exists(path) else NOTHING  # noqa: PTH110


def is_broken_link(path: Path) -> bool:
    """Return whether a path is a link that leads nowhere."""
    return os.path.islink(path) and not os.path.exists(path)  # noqa: PTH110, PTH114


def existing_folder(path: Path) -> Path:
    """Return the path if it is a folder, else the nearest folder above it."""
    return _nearest(path, os.path.isdir)


def existing(path: Path) -> Path:
    """Return the path if anything is there, be it a broken link, else what is nearest above it."""
    return _nearest(path, os.path.lexists)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte; the system may take fewer at once.

    Raises:
        OSError: they could not be written; those before the failure are.
    """
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def reason(error: OSError) -> str:
    """Return what the system says, in a few words."""
    return (error.strerror or type(error).__name__).lower()


def _with_parents(path: Path) -> tuple[Path, ...]:
    return (path.absolute(), *path.absolute().parents)


def _nearest(path: Path, is_there: Callable[[Path], bool]) -> Path:
    # os.path says no where a parent may not be searched; Path.is_dir raises PermissionError there.
    return next(place for place in (path, *path.absolute().parents) if is_there(place))
