"""What holds for the members of every archive, of whatever kind."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from methods.data.disk import CHUNK, write_all
from methods.data.files import unreadable
from methods.data.remedies import ORIGINAL
from methods.errors import InputError

# What the file system says of names that are too long or that a file and a folder share.
_BAD_NAMES = (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG)


def write_member(content: IO[bytes], target: Path) -> int:
    """Write a member's content to a new file; the same content twice does no harm.

    Args:
        content: from where it begins.
        target: the file; missing folders are made.

    Returns:
        Number of bytes that were written or, of a file that is there, compared.

    Raises:
        OSError: it cannot be written; FileExistsError where there is one with other content.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return _compare(content, target)
    written = 0
    try:
        while chunk := content.read(CHUNK):
            write_all(descriptor, chunk)
            written += len(chunk)
    finally:
        os.close(descriptor)
    return written


def _compare(content: IO[bytes], target: Path) -> int:
    compared = 0
    with target.open("rb") as file:
        while chunk := content.read(CHUNK):
            if file.read(len(chunk)) != chunk:
                raise _twice(target)
            compared += len(chunk)
        if file.read(1):
            raise _twice(target)
    return compared


def _twice(target: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "one name, two contents", str(target))


@contextmanager
def reading(path: Path, kind: str, broken: tuple[type[Exception], ...]) -> Iterator[None]:
    """Tell in one sentence what is wrong with an archive.

    Args:
        path: the archive.
        kind: tar or zip.
        broken: what its reader raises where the archive is damaged, besides OSError.

    Raises:
        InputError: the block failed for the archive's sake; other errors of the block pass.
    """
    try:
        yield
    except broken as error:
        raise corrupt(path, kind, str(error)) from error
    except OSError as error:
        # gzip and bz2 report damage without a number. A damaged offset leads to a place that no
        # file has, which the file system calls an invalid argument.
        if error.errno is None or (error.errno == errno.EINVAL and error.filename is None):
            raise corrupt(path, kind, str(error)) from error
        if error.filename == str(path):
            raise unreadable(path, error) from error
        if error.errno in _BAD_NAMES:  # the destination was empty, so the archive made them
            reason = (error.strerror or "").lower()
            found = f"members whose names cannot stand together in a folder ({reason})"
            raise InputError(path, found, "a tree of files and folders", ORIGINAL) from error
        raise


def corrupt(path: Path, kind: str, reason: str) -> InputError:
    """Return the error to raise where an archive does not read to its end."""
    size = path.stat().st_size
    first_line = reason.partition("\n")[0].rstrip(":").lower()
    return InputError(
        path,
        f"{size} bytes of a truncated or corrupt archive ({first_line})",
        f"a whole {kind} archive",
        ORIGINAL,
    )
