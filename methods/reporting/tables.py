"""Tables that are shown and written as CSV from one object, so that the two cannot differ."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from methods.data.files import atomic_path
from methods.wording import size_text

Cell: TypeAlias = str | int | float | bool | None

UNDEFINED = "\u2013"  # en dash
_MINUS = "\u2212"
_DIGITS = 12  # of a digest on the page; the CSV has all 64


class Kind(StrEnum):
    """How the cells of a column are shown."""

    TEXT = "text"
    NAME = "name"  # short, never wrapped
    NUMBER = "number"  # two decimals
    SIGNED = "signed"  # two decimals and always a sign: a difference
    INTERVAL = "interval"  # a number with its interval in brackets: on the page alone
    LOW = "low"  # ends of the interval of the number before: on the page they stand in its cell
    HIGH = "high"
    FILED = "filed"  # stands in the CSV alone
    COUNT = "count"
    SIZE = "size"  # bytes; on the page with two digits and the unit that suits them
    CODE = "code"  # settings and versions
    KEY = "key"  # dotted names of settings: lines break behind a dot or an underscore
    FILE = "file"  # path relative to the page's folder
    DIGEST = "digest"  # shortened on the page
    SEVERITY = "severity"


_ENDS = (Kind.LOW, Kind.HIGH)
_ORDERED = (Kind.NUMBER, Kind.SIGNED, Kind.INTERVAL, Kind.COUNT, Kind.SIZE)
_BYTES = " (bytes)"  # behind the label of a size in the CSV


@dataclass(frozen=True)
class Column:
    """One column; a unit stands in the label."""

    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class Table:
    """Rows of plain values under named columns.

    Attributes:
        name: of the CSV file and of the anchor on the page.
        caption: one sentence above the table.
        columns: the columns, in order.
        rows: as many cells a row as there are columns; None where a value is not defined.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def sortable(self) -> bool:
        """Whether a reader may want another order: several rows, and a column of numbers."""
        return len(self.rows) > 1 and any(column.kind in _ORDERED for column in self.columns)

    def write_csv(self, folder: Path) -> None:
        """Write `<name>.csv`: full precision, an empty cell where a value is not defined."""
        with (
            atomic_path(folder / f"{self.name}.csv") as path,
            path.open("w", newline="", encoding="utf-8") as file,
        ):
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(column.label for column in self.columns)
            writer.writerows(self.rows)

    def on_page(self) -> "Table":
        """The table as the page shows it: an interval stands in the cell of its number."""
        kinds = [column.kind for column in self.columns]
        shown = [at for at, kind in enumerate(kinds) if kind not in (*_ENDS, Kind.FILED)]
        with_ends = [at for at in shown if tuple(kinds[at + 1 : at + 3]) == _ENDS]
        columns = [
            Column(f"{self.columns[at].label}, 95 % interval", Kind.INTERVAL)
            if at in with_ends
            else _labelled(self.columns[at])
            for at in shown
        ]
        rows = [
            [_interval(*row[at : at + 3]) if at in with_ends else row[at] for at in shown]
            for row in self.rows
        ]
        return build_table(self.name, self.caption, columns, rows)


COVERAGE = (Column("images scored", Kind.COUNT), Column("images in the split", Kind.COUNT))


def build_table(
    name: str, caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]]
) -> Table:
    """Build a table out of any sequences."""
    return Table(name, caption, tuple(columns), tuple(tuple(row) for row in rows))


def without_empty(table: Table) -> Table:
    """A table whose columns without any value stand in the CSV alone."""
    empty = [all(row[at] is None for row in table.rows) for at in range(len(table.columns))]
    columns = [
        replace(column, kind=Kind.FILED) if nothing else column
        for column, nothing in zip(table.columns, empty, strict=True)
    ]
    return replace(table, columns=tuple(columns))


def _labelled(column: Column) -> Column:
    """A column of the page, where sizes have a unit of their own."""
    is_size = column.kind == Kind.SIZE
    return replace(column, label=column.label.removesuffix(_BYTES)) if is_size else column


def _interval(value: Cell, low: Cell, high: Cell) -> Cell:
    """Such as "73.96 (65.62\u201382.29)"; None where the value is not defined."""
    if value is None:
        return None
    ends = (show(end, Kind.NUMBER) for end in (low, high))
    return f"{show(value, Kind.NUMBER)} ({UNDEFINED.join(ends)})"


def show(value: Cell, kind: str) -> str:
    """The text of a cell: two decimals at most, a true minus sign, a dash for None."""
    if value is None:
        return UNDEFINED
    if kind == Kind.DIGEST:
        return str(value)[:_DIGITS]
    if kind == Kind.COUNT and isinstance(value, int | float):
        return f"{value:,.0f}".replace(",", "\u202f")
    if kind == Kind.SIZE and isinstance(value, int | float):
        return size_text(value, exact=True)
    if kind in (Kind.NUMBER, Kind.SIGNED) and isinstance(value, int | float):
        return show_number(value, signed=kind == Kind.SIGNED)
    return str(value)


def show_number(value: float, *, signed: bool = False) -> str:
    """A number with two decimals; zero has no sign."""
    text = f"{value:+.2f}" if signed else f"{value:.2f}"
    if float(text) == 0:
        return text.lstrip("+-")
    return text.replace("-", _MINUS)
