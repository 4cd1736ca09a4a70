"""Tar archives, and tar archives of tar archives."""

import lzma
import re
import tarfile
import zlib
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

from methods.data.bars import open_with_bar
from methods.data.bounds import Budget
from methods.data.disk import CHUNK
from methods.data.members import corrupt, reading, write_member
from methods.data.remedies import ORIGINAL
from methods.data.tar_stream import TarStream
from methods.errors import InputError

_BROKEN = (
    tarfile.TarError,
    EOFError,
    ValueError,  # numbers and names that make no sense
    OverflowError,
    zlib.error,
    lzma.LZMAError,
)
_INNER_NAME = re.compile(r"(\w[\w-]*)\.tar")


def extract_tar(path: Path, folder: Path, budget: Budget) -> None:
    """Extract a tar archive, compressed or not, into a folder.

    Raises:
        InputError: the archive is missing, truncated or corrupt, holds anything but plain files
            and folders below the folder, two files of one name, or more than the budget allows.
    """
    with reading(path, "tar", _BROKEN), open_with_bar(path, "extracting") as file:
        _extract(path, "", file, folder, budget)


def extract_nested_tar(path: Path, folder: Path, budget: Budget) -> None:
    """Extract a tar archive of tar archives, each into a folder that has its name.

    The inner archives are read where they lie and never written to the disk.

    Raises:
        InputError: see `extract_tar`, which holds for the inner archives as well; or a member is no
            archive with a plain name that ends in .tar.
    """
    with (
        reading(path, "tar", _BROKEN),
        open_with_bar(path, "extracting") as file,
        _open(path, file) as archive,
    ):
        for member in archive:
            name = _INNER_NAME.fullmatch(member.name.removeprefix("./"))
            if name is None or not member.isfile():
                found, expected = f"a member {member.name!r}", "tar archives, one of each class"
                raise InputError(path, found, expected, ORIGINAL)
            target = folder / name[1]
            target.mkdir()
            _extract(path, member.name, _content(archive, member), target, budget)
        _check_end(path, "", archive)


def _extract(path: Path, inner: str, file: BufferedReader, folder: Path, budget: Budget) -> None:
    """Extract the archive in `file`: `path` itself or, in it, the archive of the name `inner`."""
    try:
        with _open(path / inner, file) as archive:
            for member in archive:
                plain = (member.isfile() and not member.issparse()) or member.isdir()
                size = 0 if member.isdir() else member.size
                budget.admit(
                    path / inner, member.name, plain=plain, folder=member.isdir(), size=size
                )
                target = folder / member.name
                if member.isdir():
                    target.mkdir(parents=True, exist_ok=True)
                else:
                    write_member(_content(archive, member), target)
            _check_end(path, inner, archive)
    except _BROKEN as error:
        raise corrupt(path, "tar", _reason(inner, str(error))) from error


def _open(path: Path, file: BufferedReader) -> tarfile.TarFile:
    # Without "w", `tarfile` calls what a stream has, and no other method of a file.
    return tarfile.open(fileobj=cast(IO[bytes], TarStream(path, file)), mode="r:")


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> BufferedReader:
    content = archive.extractfile(member)
    assert isinstance(content, BufferedReader)  # as it is of every plain file
    return content


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
    while stream.read(CHUNK):
        continue


def _reason(inner: str, reason: str) -> str:
    return f"{inner}: {reason}" if inner else reason
