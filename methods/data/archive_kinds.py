"""Whether a file can be the archive that its name says, which no digest may tell."""

import lzma
import re
import tarfile
import zipfile
import zlib
from pathlib import Path

from methods.data.files import unreadable
from methods.data.tar_stream import TarStream

_ZIP = ".zip"
_BEGINNING = 2048  # bytes in which a web page says that it is one
_PAGE = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_NO_TAR = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError)


def is_zip(name: str) -> bool:
    """Return whether a name is that of a zip archive; every other is a tar archive's."""
    return name.lower().endswith(_ZIP)


def kind_of(name: str) -> str:
    """Return what a name says of an archive, in words."""
    return f"a whole {'zip' if is_zip(name) else 'tar'} archive"


def other_content(path: Path, name: str) -> str | None:
    """Say what a file holds where it is not the kind of archive that its name says, else None.

    A tar archive, compressed or not, begins with a header; a zip archive ends with a directory,
    so that one which is cut off is told as well. No more of the file is read.

    Args:
        path: the file, perhaps under a name for the time being.
        name: that it is to have.

    Raises:
        InputError: it is missing or unreadable.
    """
    try:
        if _ends_as_zip(path) if is_zip(name) else _begins_as_tar(path):
            return None
        with path.open("rb") as file:
            page = _PAGE.search(file.read(_BEGINNING))
        return f"{'a web page' if page else 'other content'} of {path.stat().st_size} bytes"
    except OSError as error:
        raise unreadable(path, error) from error


def _ends_as_zip(path: Path) -> bool:
    try:
        return zipfile.is_zipfile(path)
    except zipfile.BadZipFile:  # one of several parts
        return False


def _begins_as_tar(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            header = TarStream(path, file).read(tarfile.BLOCKSIZE)
            tarfile.TarInfo.frombuf(header, tarfile.ENCODING, "surrogateescape")
        except _NO_TAR:
            return False
        except OSError as error:
            if error.errno is not None:
                raise
            return False  # gzip and bz2 report damage without a number
    return True
