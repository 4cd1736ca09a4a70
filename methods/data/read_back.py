"""A file is read back after it was written, from the disk itself where the system allows it."""

import hashlib
import os
from io import BufferedWriter, FileIO
from pathlib import Path

from methods.data.disk import flush
from methods.data.files import sha256
from methods.errors import InputError


class HashedStream(BufferedWriter):
    """A file for writing that counts the SHA-256 of what it is given."""

    def __init__(self, path: Path) -> None:
        super().__init__(FileIO(path, "wb"))
        self._hash = hashlib.sha256()

    def write(self, content: bytes | memoryview) -> int:  # type: ignore[override]  # no more is used
        """Write all of it."""
        self._hash.update(content)
        return super().write(content)

    @property
    def sha256(self) -> str:
        """Of all that was written so far, as 64 hexadecimal digits."""
        return self._hash.hexdigest()


def require_written(temporary: Path, target: Path, digest: str) -> None:
    """Read a file and compare it with what was written.

    Args:
        temporary: where it lies until it gets its name.
        target: that name, for the sentence.
        digest: SHA-256 of what was written.

    Raises:
        InputError: they differ.
    """
    flush(temporary)
    _forget(temporary)
    found = sha256(temporary)
    if found != digest:
        raise InputError(
            target,
            f"sha256 {found} where {digest} was written",
            "to read what was written",
            "look for faults of the disk or the memory (`dmesg`), or write to another disk",
        )


def _forget(path: Path) -> None:
    """Ask the system to drop its copy in memory, so that the disk is read; it may decline."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
