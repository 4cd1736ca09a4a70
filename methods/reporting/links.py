"""A chain of files, and the table that shows it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from methods.data.files import sha256
from methods.reporting.tables import Column, Kind, Table, build_table

# A claim file; the verdicts; what every number of a run or a control rests on, whichever its
# protocol; the chosen checkpoint, on which all rest but the validation of another one; what some
# numbers rest on.
LinkKind = Literal["claims", "verdicts", "foundation", "chosen", "further"]
_COLUMNS = (
    Column("link", Kind.NAME),
    Column("file", Kind.FILE),
    Column("bytes", Kind.COUNT),
    Column("sha256", Kind.DIGEST),
)


class LinkedFile(NamedTuple):
    """A file that a link shall be made of, and what it is."""

    name: str
    path: Path
    kind: LinkKind = "further"


@dataclass(frozen=True)
class Link:
    """A file of a chain.

    Attributes:
        name: what it is, for people.
        kind: what it is, for the code.
        file: its path, relative to the folder of the page.
        bytes: its size.
        sha256: 64 hexadecimal digits.
    """

    name: str
    kind: LinkKind
    file: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Chain:
    """The files behind the numbers of a run and seed, or of a data set's controls.

    Attributes:
        name: of the CSV file and of the anchor on the page.
        caption: one sentence above the table.
        links: the data first, the claims last.
    """

    name: str
    caption: str
    links: tuple[Link, ...]

    @property
    def table(self) -> Table:
        """One row a link."""
        rows = [(link.name, link.file, link.bytes, link.sha256) for link in self.links]
        return build_table(self.name, self.caption, _COLUMNS, rows)


def make_links(files: Iterable[LinkedFile], root: Path) -> tuple[Link, ...]:
    """Read size and digest of each file.

    Args:
        files: a given checkpoint among them may lie anywhere, so that its path leads out of
            `root`.
        root: the folder of the page.
    """
    return tuple(
        Link(name, kind, relative_file(path, root), path.stat().st_size, sha256(path))
        for name, path, kind in files
    )


def relative_file(path: Path, root: Path) -> str:
    """A path as the links have it."""
    return Path(os.path.relpath(path, root)).as_posix()
