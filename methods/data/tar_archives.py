"""Tar archives, and tar archives of tar archives."""

import lzma
import re
import tarfile
import zlib
from pathlib import Path
from typing import IO, Any

from methods.data.members import AGAIN, Extracted, check_member, corrupt, reading
from methods.errors import InputError

_CHUNK = 2**20  # bytes
_BROKEN = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError)
_INNER_NAME = re.compile(r"(\w[\w-]*)\.tar")


def extract_tar(path: Path, folder: Path, max_bytes: int) -> Extracted:
    """Extract a tar archive, compressed or not, into a folder.

    Raises:
        InputError: the archive is missing, truncated or corrupt, holds anything but plain files
            and folders below the folder, or more than `max_bytes`.
    """
    with reading(path, "tar", _BROKEN), path.open("rb") as file:
        return _extract(path, "", file, folder, max_bytes)


def extract_nested_tar(path: Path, folder: Path, max_bytes: int) -> Extracted:
    """Extract a tar archive of tar archives, each into a folder that has its name.

    The inner archives are read where they lie and never written to the disk.

    Raises:
        InputError: see `extract_tar`, which holds for the inner archives as well; or a member is no
            archive with a plain name that ends in .tar.
    """
    files = total = 0
    with (
        reading(path, "tar", _BROKEN),
        path.open("rb") as file,
        tarfile.open(fileobj=file) as archive,
    ):
        for member in archive:
            name = _INNER_NAME.fullmatch(member.name.removeprefix("./"))
            if name is None or not member.isfile():
                found, expected = f"a member {member.name!r}", "tar archives, one of each class"
                raise InputError(path, found, expected, AGAIN)
            inner, target = archive.extractfile(member), folder / name[1]
            assert inner is not None  # as it is of every plain file
            target.mkdir()
            found_inside = _extract(path, member.name, inner, target, max_bytes - total)
            files += found_inside.files
            total += found_inside.bytes
        _check_end(path, "", archive)
    return Extracted(files, total)


def _extract(path: Path, inner: str, file: IO[bytes], folder: Path, max_bytes: int) -> Extracted:
    """Extract the archive in `file`: `path` itself or, in it, the archive of the name `inner`."""
    files = total = 0
    try:
        with tarfile.open(fileobj=file) as archive:
            for member in archive:
                total += member.size
                plain = member.isfile() or member.isdir()
                check_member(
                    path / inner, member.name, plain=plain, size=total, max_bytes=max_bytes
                )
                files += member.isfile()
                archive.extract(member, folder, filter="data")
            _check_end(path, inner, archive)
    except _BROKEN as error:
        raise corrupt(path, "tar", _reason(inner, str(error))) from error
    return Extracted(files, total)


def _check_end(path: Path, inner: str, archive: tarfile.TarFile) -> None:
    """Refuse an archive that stops between two members, or whose checksum at the end is wrong.

    `tarfile` takes a missing or damaged header for the end; a whole archive ends with a block of
    zeros. Reading on to the last byte lets gzip compare its checksum.
    """
    stream: IO[bytes] | Any | None = archive.fileobj
    assert stream is not None
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        reason = f"no end mark after {len(archive.getnames())} members"
        raise corrupt(path, "tar", _reason(inner, reason))
    while stream.read(_CHUNK):
        continue


def _reason(inner: str, reason: str) -> str:
    return f"{inner}: {reason}" if inner else reason
