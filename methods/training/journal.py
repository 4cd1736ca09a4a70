"""The journal of a training run: one line an iteration."""

import csv
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any


class Journal:
    """A CSV file that grows by one row an iteration and is readable at any moment."""

    def __init__(self, path: Path, columns: Sequence[str], kept: int | None = None) -> None:
        """Open it.

        Args:
            path: of the file.
            columns: names, in their order.
            kept: bytes of an earlier attempt's journal to go on behind; None begins a new one.
        """
        self._path = path
        if kept is not None:
            os.truncate(path, kept)
        mode = "w" if kept is None else "a"
        self._file = path.open(mode, newline="", encoding="utf-8", buffering=1)
        self._writer = csv.DictWriter(self._file, columns)
        if kept is None:
            self._writer.writeheader()

    def write(self, row: Mapping[str, float]) -> None:
        """Append one row; floats keep seven significant digits, float32's precision."""
        self._writer.writerow({k: f"{v:.7g}" for k, v in row.items()})

    def flush(self) -> None:
        """Wait until all of it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def position(self) -> dict[str, Any]:
        """How far the file goes, once all of it is on the disk: its bytes and their SHA-256."""
        self.flush()
        content = self._path.read_bytes()
        return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()
        self._file.close()


def journal_fault(path: Path, position: Mapping[str, Any]) -> str | None:
    """What keeps a journal from being gone on with from a position; None if nothing does."""
    if not path.is_file():
        return f"{path.name} is missing"
    content = path.read_bytes()[: position["bytes"]]
    if len(content) < position["bytes"]:
        return f"{path.name} has {len(content)} bytes of {position['bytes']}"
    if not content.endswith(b"\n"):
        return f"{path.name} would be cut inside a line"
    if hashlib.sha256(content).hexdigest() != position["sha256"]:
        return f"{path.name} has been changed"
    return None
