"""How far a training is, by the journal that it writes."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import fmean

from methods.yaml_files import read_yaml

_RECENT = 20  # lines of the journal that the rate is the mean of


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        done: iterations in the journal.
        total: iterations of the whole training.
        rate: iterations a second over the last lines; None where the journal does not tell, or has
            the first line alone, which takes longer than all others.
        written: when the journal last grew, in UTC.
    """

    done: int
    total: int
    rate: float | None
    written: datetime

    @property
    def end(self) -> datetime | None:
        """When the last iteration will be done at this rate, in UTC."""
        if not self.rate:
            return None
        return self.written + timedelta(seconds=(self.total - self.done) / self.rate)


def read_progress(journal: Path, resolved: Path) -> Progress | None:
    """Read a journal that may be growing.

    Args:
        journal: the CSV file.
        resolved: resolved.yaml of the run.

    Returns:
        None where there is no whole line of the journal yet.

    Raises:
        InputError: resolved.yaml cannot be read.
    """
    try:
        text = journal.read_text(encoding="utf-8")
        written = datetime.fromtimestamp(journal.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    whole = text[: text.rfind("\n") + 1]  # the last line may be half there
    rows = list(csv.DictReader(whole.splitlines()))
    if not rows:
        return None
    settings = read_yaml(resolved)
    derived = settings["derived"]
    return Progress(
        done=len(rows),
        total=derived.get("iterations") or settings["training"]["iterations"],
        rate=_rate(rows, derived["global_batch"]),
        written=written,
    )


def _rate(rows: list[dict[str, str]], batch: int) -> float | None:
    """Iterations a second: the mean time of the last iterations, turned over."""
    seconds = [
        batch / float(row["images_per_second"])
        for row in islice(reversed(rows[1:]), _RECENT)
        if float(row.get("images_per_second") or 0) > 0
    ]
    return 1 / fmean(seconds) if seconds else None
