"""Since when what a verdict rests on has stood as it stands: claims, and the records they meet.

By git and by the file's digest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from pathlib import Path

from methods.data.files import sha256
from methods.layout import TRAINING_RULE
from methods.provenance import first_commit
from methods.registry.records import Attempt


@dataclass(frozen=True)
class Registration:
    """A file that verdicts are given by.

    Attributes:
        file: its name.
        sha256: of its bytes.
        committed: date of the first commit that holds these bytes, ISO 8601; None where git does
            not answer, or no commit holds them.
        preregistered: whether that is before the first training began; None where one of the two is
            not known.
    """

    file: str
    sha256: str
    committed: str | None
    preregistered: bool | None


def register(files: Sequence[Path], started: datetime | None) -> list[Registration]:
    """Tell of files since when they stand.

    The date is of the content, not of the name: a file that is changed is as young as the change,
    and one that is renamed as old as before. A commit's date is what the one who made it says,
    which only a published history can confirm.

    Args:
        files: of claims, of the authors' settings and of the classes of deviations from them.
        started: the start of the first training, with its time zone; None where it is not known.
    """
    return [_register(file, started) for file in files]


def first_start(attempts: Iterable[Attempt]) -> datetime | None:
    """The start of the first training that was ever begun, finished or not; None without any."""
    return min((a.started for a in attempts if a.rule == TRAINING_RULE), default=None)


def _register(file: Path, started: datetime | None) -> Registration:
    committed = first_commit(file, _blob(file))
    before = None
    if committed is not None and started is not None:
        before = datetime.fromisoformat(committed) < started
    return Registration(file.name, sha256(file), committed, before)


def _blob(file: Path) -> str:
    """The name that git gives to a file's content."""
    content = file.read_bytes()
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
