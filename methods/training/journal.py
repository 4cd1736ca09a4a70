"""The journal of a training run: one line an iteration."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType


class Journal:
    """A CSV file that grows by one row an iteration and is readable at any moment."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._file = path.open("w", newline="", encoding="utf-8", buffering=1)
        self._writer = csv.DictWriter(self._file, columns)
        self._writer.writeheader()

    def write(self, row: dict[str, float]) -> None:
        """Append one row; floats keep seven significant digits, float32's precision."""
        self._writer.writerow({k: f"{v:.7g}" for k, v in row.items()})

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
