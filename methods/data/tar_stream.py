"""The bytes of a tar archive, uncompressed, in portions that cannot exhaust the machine."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable, Mapping
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

from methods.data.bounds import check_ratio
from methods.data.disk import CHUNK

_OPENERS: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}


class TarStream:
    """Reads as `tarfile` asks for it, and refuses what only a hostile archive asks for.

    That is content beyond all proportion to the compressed bytes, and a header, which `tarfile`
    reads at once, of more than a mebibyte.
    """

    def __init__(self, path: Path, packed: BufferedReader) -> None:
        """Begin where `packed` begins.

        Args:
            path: the archive, for errors.
            packed: its bytes, compressed or not.
        """
        start = packed.peek()
        openers = (opener for magic, opener in _OPENERS.items() if start.startswith(magic))
        opener = next(openers, None)
        self._path, self._packed = path, packed
        self._content: IO[bytes] = packed if opener is None else opener(packed)

    def read(self, size: int) -> bytes:
        """Return so many bytes, or fewer at the end.

        Raises:
            InputError: what came out so far is out of proportion.
            tarfile.ReadError: more than a chunk is asked for.
        """
        if not 0 <= size <= CHUNK:
            raise tarfile.ReadError(f"a header of {size} bytes")
        content = self._content.read(size)
        check_ratio(self._path, self.tell(), self._packed.tell())
        return content

    def seekable(self) -> bool:
        """Say that it can go to any position, as gzip and its like can, too."""
        return True

    def seek(self, position: int) -> int:
        """Go to a position from the beginning."""
        return self._content.seek(position)

    def tell(self) -> int:
        """Return the position."""
        return self._content.tell()
