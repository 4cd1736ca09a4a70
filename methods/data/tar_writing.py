"""Tar archives whose bytes depend on their content alone."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO

from methods.data.files import atomic_path


@contextmanager
def open_tar(path: Path, *, compress: bool) -> Iterator[tarfile.TarFile]:
    """Open a tar file for writing whose bytes do not depend on the time or the file's name."""
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        if compress:
            with (
                gzip.GzipFile("", "wb", 6, file, mtime=0) as stream,
                plain_tar(stream) as archive,
            ):
                yield archive
        else:
            with plain_tar(file) as archive:
                yield archive


def plain_tar(stream: IO[bytes] | gzip.GzipFile) -> tarfile.TarFile:
    """Return a tar archive that is written to a stream."""
    return tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT)


def add_file(archive: tarfile.TarFile, path: PurePath, content: bytes) -> None:
    """Add a file whose time and owner are 0."""
    member = tarfile.TarInfo(path.as_posix())
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def text_lines(lines: Iterable[str]) -> bytes:
    """Encode lines, each with its end."""
    return "".join(f"{line}\n" for line in lines).encode()
