"""Zip archives, whose members may be anything until they are looked at."""

import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from methods.data.members import AGAIN, Extracted, check_member, corrupt, reading
from methods.errors import InputError

SUFFIX = ".zip"
_ENCRYPTED = 0x1  # bit of a member's flags
_CHUNK = 2**20  # bytes
_BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,  # a compression that Python does not know
    EOFError,
    ValueError,  # offsets and names that make no sense
    IndexError,  # an empty name
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


def extract_zip(path: Path, folder: Path, max_bytes: int) -> Extracted:
    """Extract a zip archive into a folder.

    No member gives more than the size that the archive's directory states, and its checksum is
    compared.

    Raises:
        InputError: the archive is missing, truncated or corrupt, encrypted, holds anything but
            plain files and folders below the folder, a name twice or more than `max_bytes`.
    """
    files = total = 0
    with (
        reading(path, "zip", _BROKEN),
        path.open("rb") as file,
        zipfile.ZipFile(file) as archive,
    ):
        for member in archive.infolist():
            total += member.file_size
            check_member(
                path,
                member.filename,
                plain=_is_plain(member),
                size=total,
                max_bytes=max_bytes,
            )
            if member.flag_bits & _ENCRYPTED:
                found = f"an encrypted member, {member.filename!r}"
                raise InputError(path, found, "members that need no password", AGAIN)
        # Nothing is written before every name and size has been looked at.
        for member in archive.infolist():
            files += not member.is_dir()
            _write(path, archive, member, folder / member.filename)
    return Extracted(files, total)


def _is_plain(member: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where the archive was made on Windows
    return kind in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG)


def _write(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as content, target.open("xb") as file:
        shutil.copyfileobj(content, file, _CHUNK)
    # A reader stops at the end of the compressed data, which may come too early.
    if target.stat().st_size != member.file_size:
        raise corrupt(path, "zip", f"{member.filename!r} ends early")
