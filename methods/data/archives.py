"""Archives: are they the declared ones, and what do they hold."""

import errno
import hashlib
import lzma
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import IO, Any

from methods.data.files import atomic_folder, unreadable
from methods.errors import InputError

MAX_EXTRACTED_BYTES = 16 * 2**30  # four times what VOC 2012 and SBD hold together
_CHUNK = 2**20  # bytes
# What the file system says of names that are too long or that a file and a folder share.
_BAD_NAMES = (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG)
_AGAIN = "put the whole, original archive there (download it again)"


@dataclass(frozen=True)
class Extracted:
    """How much came out of the archives."""

    files: int
    bytes: int


def verify_archives(
    folder: str | PathLike[str], declared: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Compare archives with what is declared about them.

    Args:
        folder: holds the archives.
        declared: a name for each archive and, where known, its "bytes", "md5" and "sha256".

    Returns:
        For each archive its "name", its "bytes" and "sha256" as found, and all that is "declared".

    Raises:
        InputError: an archive is missing, or its size or a digest is another.
    """
    return [_verify(Path(folder) / str(entry["name"]), entry) for entry in declared]


def extract_archives(
    archives: Sequence[str | PathLike[str]],
    destination: str | PathLike[str],
    max_bytes: int = MAX_EXTRACTED_BYTES,
) -> Extracted:
    """Extract tar archives, compressed or not, into one new folder that appears when it is whole.

    Raises:
        InputError: an archive is missing, truncated or corrupt, holds anything but plain files
            and folders below the destination or names that collide or are too long, or all
            of them hold more than `max_bytes`.
    """
    files = total = 0
    with atomic_folder(destination) as folder:
        for archive in archives:
            found = _extract(Path(archive), folder, max_bytes - total)
            files += found.files
            total += found.bytes
    return Extracted(files, total)


def _verify(path: Path, declared: Mapping[str, Any]) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(
            path,
            "no such file",
            "an archive of the data set",
            "put it there, or set `storage.data` in config.yaml to the folder that holds it",
        )
    expected = {key: declared[key] for key in ("bytes", "md5", "sha256") if key in declared}
    size = path.stat().st_size
    # The size goes first: it tells a truncated download without reading gigabytes.
    if size != expected.get("bytes", size):
        kind = "a truncated archive of " if size < expected["bytes"] else ""
        raise InputError(path, f"{kind}{size} bytes", f"{expected['bytes']} bytes", _AGAIN)
    digests = _digests(path, {"sha256", *expected} - {"bytes"})
    for algorithm, value in digests.items():
        if value != str(expected.get(algorithm, value)).lower():
            raise InputError(
                path,
                f"{algorithm} {value} over {size} bytes",
                f"{algorithm} {expected[algorithm]}",
                _AGAIN,
            )
    return {"name": path.name, "bytes": size, "sha256": digests["sha256"], "declared": expected}


def _digests(path: Path, algorithms: set[str]) -> dict[str, str]:
    """Return several digests of a file from one reading of it."""
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                for value in hashes.values():
                    value.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from error
    return {name: value.hexdigest() for name, value in hashes.items()}


def _extract(path: Path, folder: Path, max_bytes: int) -> Extracted:
    files = total = 0
    try:
        with path.open("rb") as file, tarfile.open(fileobj=file) as archive:
            for member in archive:
                _check_member(path, member)
                total += member.size
                files += member.isfile()
                if total > max_bytes:
                    raise InputError(
                        path,
                        f"more than {max_bytes} bytes of content",
                        "at most so much",
                        "check that it is the archive of this data set",
                    )
                archive.extract(member, folder, filter="data")
            _check_end(path, archive)
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise _corrupt(path, str(error)) from error
    except OSError as error:
        if error.errno is None:  # gzip and bz2 report damage so; the file system gives a number
            raise _corrupt(path, str(error)) from error
        if error.filename == str(path):
            raise unreadable(path, error) from error
        if error.errno in _BAD_NAMES:  # the destination was empty, so the archive made them
            reason = (error.strerror or "").lower()
            found = f"members whose names cannot stand together in a folder ({reason})"
            raise InputError(path, found, "a tree of files and folders", _AGAIN) from error
        raise
    return Extracted(files, total)


def _check_member(path: Path, member: tarfile.TarInfo) -> None:
    name = PurePosixPath(member.name)
    if name.is_absolute() or ".." in name.parts:
        found = f"a member that points outside, {member.name!r}"
    elif not (member.isfile() or member.isdir()):
        # Data sets need no links, and without links no member can leave the folder.
        found = f"a link or device, {member.name!r}"
    else:
        return
    raise InputError(path, found, "plain files and folders below the archive's root", _AGAIN)


def _check_end(path: Path, archive: tarfile.TarFile) -> None:
    """Refuse an archive that stops between two members, or whose checksum at the end is wrong.

    `tarfile` takes a missing or damaged header for the end; a whole archive ends with a block of
    zeros. Reading on to the last byte lets gzip compare its checksum.
    """
    stream: IO[bytes] | None = archive.fileobj  # type: ignore[assignment]
    assert stream is not None
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise _corrupt(path, f"no end mark after {len(archive.getnames())} members")
    while stream.read(_CHUNK):
        continue


def _corrupt(path: Path, reason: str) -> InputError:
    size = path.stat().st_size
    first_line = reason.partition("\n")[0].rstrip(":").lower()
    return InputError(
        path,
        f"{size} bytes of a truncated or corrupt archive ({first_line})",
        "a whole tar archive",
        _AGAIN,
    )
