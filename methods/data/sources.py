"""Where published files come from and what they must be (sources.csv, one row a file)."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from methods.data.addresses import shown

TABLE = Path(__file__).with_name("sources.csv")


@dataclass(frozen=True)
class Source:
    """What is known about a published file.

    Attributes:
        file: its name.
        version: of the data set or of the weights.
        urls: where it is; the first is the publisher's own, the others are mirrors in turn.
        bytes: its size; None where nobody has stated it.
        about_bytes: its size, rounded, where it is not known exactly; None where it is not known.
        about_unpacked: the size of what an archive holds, rounded; None for other files.
        digest: kind and value, such as md5:82b4...; sha256-prefix gives the first digits alone.
        by_a_person: whether it lies behind a login.
        terms: of use.
        remark: how sure this is.
    """

    file: str
    version: str
    urls: tuple[str, ...]
    bytes: int | None
    about_bytes: int | None
    about_unpacked: int | None
    digest: str | None
    by_a_person: bool
    terms: str
    remark: str

    @property
    def places(self) -> tuple[str, ...]:
        """The addresses as they may be told; who has a mirror may have put a password in one."""
        return tuple(map(shown, self.urls))

    def archive(self) -> dict[str, Any]:
        """What the block of a data set says of an archive: name, size and digest."""
        size = {} if self.bytes is None else {"bytes": self.bytes}
        kind, _, value = (self.digest or "digest:unknown").partition(":")
        return {"name": self.file, **size, kind: value}

    def sha256_prefix(self) -> str:
        """The first digits of the SHA-256, or all; empty where none are published."""
        kind, _, value = (self.digest or "").partition(":")
        return value if kind in ("sha256", "sha256-prefix") else ""


@cache
def read_sources() -> Mapping[str, Source]:
    """The table, by the names of the files."""
    with TABLE.open(newline="", encoding="utf-8") as stream:
        return {row["file"]: _source(row) for row in csv.DictReader(stream)}


def _source(row: Mapping[str, str]) -> Source:
    return Source(
        file=row["file"],
        version=row["version"],
        urls=tuple(row["urls"].split()),
        bytes=_number(row["bytes"]),
        about_bytes=_number(row["about_bytes"]),
        about_unpacked=_number(row["about_unpacked"]),
        digest=row["digest"] or None,
        by_a_person={"anyone": False, "a person": True}[row["fetched_by"]],
        terms=row["terms"],
        remark=row["remark"],
    )


def _number(text: str) -> int | None:
    return int(text) if text else None
