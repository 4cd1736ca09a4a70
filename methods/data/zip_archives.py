"""Zip archives, whose members may be anything until they are looked at."""

import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from methods.data.bars import open_with_bar
from methods.data.bounds import Budget, check_ratio
from methods.data.members import corrupt, reading, write_member
from methods.data.remedies import ORIGINAL
from methods.errors import InputError

_ENCRYPTED = 0x1  # bit of a member's flags
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


def extract_zip(path: Path, folder: Path, budget: Budget) -> None:
    """Extract a zip archive into a folder.

    No member gives more than the size that the archive's directory states, and its checksum is
    compared.

    Raises:
        InputError: the archive is missing, truncated or corrupt, encrypted, holds anything but
            plain files and folders below the folder, two files of one name, or more than the budget
            allows.
    """
    with (
        reading(path, "zip", _BROKEN),
        open_with_bar(path, "extracting") as file,
        zipfile.ZipFile(file) as archive,
    ):
        # Nothing is written before every name and size has been looked at.
        for member in archive.infolist():
            _admit(path, member, budget)
        content = sum(member.file_size for member in archive.infolist())
        # What the directory says of compressed sizes may count the same bytes many times.
        check_ratio(path, content, path.stat().st_size)
        for member in archive.infolist():
            _write(path, archive, member, folder / member.filename)


def _admit(path: Path, member: zipfile.ZipInfo, budget: Budget) -> None:
    name, folder = member.filename, member.is_dir()
    budget.admit(path, name, plain=_is_plain(member), folder=folder, size=member.file_size)
    if member.flag_bits & _ENCRYPTED:
        found = f"an encrypted member, {name!r}"
        raise InputError(path, found, "members that need no password", ORIGINAL)
    check_ratio(path, member.file_size, member.compress_size)


def _is_plain(member: zipfile.ZipInfo) -> bool:
    kind = stat.S_IFMT(member.external_attr >> 16)  # 0 where the archive was made on Windows
    return kind in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG)


def _write(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    if member.is_dir():
        target.mkdir(parents=True, exist_ok=True)
        return
    with archive.open(member) as content:
        written = write_member(content, target)
    # A reader stops at the end of the compressed data, which may come too early.
    if written != member.file_size:
        raise corrupt(path, "zip", f"{member.filename!r} ends early")
