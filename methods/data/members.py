"""What holds for the members of every archive, of whatever kind."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from methods.data.files import unreadable
from methods.errors import InputError

AGAIN = "delete it to have it fetched again, or put the whole, original archive there"
# What the file system says of names that are too long or that a file and a folder share.
_BAD_NAMES = (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG)


@dataclass(frozen=True)
class Extracted:
    """How much came out of an archive, or of several."""

    files: int
    bytes: int


def check_member(path: Path, name: str, *, plain: bool, size: int, max_bytes: int) -> None:
    """Refuse a member that would do more than make a file or a folder below the destination.

    Args:
        path: the archive.
        name: of the member.
        plain: whether it is a file or a folder. Data sets need no links, and without links no
            member can leave the destination.
        size: bytes of this member and of all before it.
        max_bytes: bound of `size`.

    Raises:
        InputError: it points outside, is no file or folder, or goes beyond the bound.
    """
    parts = PurePosixPath(name)
    expected = "plain files and folders below the archive's root"
    if parts.is_absolute() or ".." in parts.parts:
        raise InputError(path, f"a member that points outside, {name!r}", expected, AGAIN)
    if not plain:
        raise InputError(path, f"a link or device, {name!r}", expected, AGAIN)
    if size > max_bytes:
        raise InputError(
            path,
            f"more than {max_bytes} bytes of content",
            "at most so much",
            "check that it is the archive of this data set",
        )


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
            raise InputError(path, found, "a tree of files and folders", AGAIN) from error
        raise


def corrupt(path: Path, kind: str, reason: str) -> InputError:
    """Return the error to raise where an archive does not read to its end."""
    size = path.stat().st_size
    first_line = reason.partition("\n")[0].rstrip(":").lower()
    return InputError(
        path,
        f"{size} bytes of a truncated or corrupt archive ({first_line})",
        f"a whole {kind} archive",
        AGAIN,
    )
