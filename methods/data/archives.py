"""Archives: are they the declared ones, and what do they hold."""

import hashlib
import lzma
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import IO, Any

from methods.data.files import atomic_folder, unreadable
from methods.data.members import AGAIN, Extracted, check_member, corrupt, reading
from methods.data.zip_archives import SUFFIX, extract_zip
from methods.errors import InputError

_CHUNK = 2**20  # bytes
_BROKEN_TAR = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError)


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
    max_bytes: int,
) -> Extracted:
    """Extract archives into one new folder that appears when it is whole.

    A name that ends in .zip is a zip archive, every other a tar archive, compressed or not.

    Raises:
        InputError: an archive is missing, truncated or corrupt, holds anything but plain files
            and folders below the destination or names that collide or are too long, or all
            of them hold more than `max_bytes`.
    """
    files = total = 0
    with atomic_folder(destination) as folder:
        for archive in archives:
            path = Path(archive)
            extract = extract_zip if path.suffix.lower() == SUFFIX else _extract_tar
            found = extract(path, folder, max_bytes - total)
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
        raise InputError(path, f"{kind}{size} bytes", f"{expected['bytes']} bytes", AGAIN)
    digests = _digests(path, {"sha256", *expected} - {"bytes"})
    for algorithm, value in digests.items():
        if value != str(expected.get(algorithm, value)).lower():
            raise InputError(
                path,
                f"{algorithm} {value} over {size} bytes",
                f"{algorithm} {expected[algorithm]}",
                AGAIN,
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


def _extract_tar(path: Path, folder: Path, max_bytes: int) -> Extracted:
    files = total = 0
    with (
        reading(path, "tar", _BROKEN_TAR),
        path.open("rb") as file,
        tarfile.open(fileobj=file) as archive,
    ):
        for member in archive:
            total += member.size
            plain = member.isfile() or member.isdir()
            check_member(path, member.name, plain=plain, size=total, max_bytes=max_bytes)
            files += member.isfile()
            archive.extract(member, folder, filter="data")
        _check_end(path, archive)
    return Extracted(files, total)


def _check_end(path: Path, archive: tarfile.TarFile) -> None:
    """Refuse an archive that stops between two members, or whose checksum at the end is wrong.

    `tarfile` takes a missing or damaged header for the end; a whole archive ends with a block of
    zeros. Reading on to the last byte lets gzip compare its checksum.
    """
    stream: IO[bytes] | None = archive.fileobj  # type: ignore[assignment]
    assert stream is not None
    stream.seek(archive.offset)
    if stream.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise corrupt(path, "tar", f"no end mark after {len(archive.getnames())} members")
    while stream.read(_CHUNK):
        continue
