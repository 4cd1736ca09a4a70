"""Text lists with an id and what is said of it on every line."""

from collections.abc import Callable, Collection, Sequence
from os import PathLike
from pathlib import Path
from typing import TypeVar

from methods.data.files import unreadable
from methods.data.remedies import EXTRACT_AGAIN
from methods.errors import InputError

Value = TypeVar("Value")
Parse = Callable[[Sequence[str]], Value]
_SHOWN = 60  # characters of a line that an error quotes


def read_lines(
    path: str | PathLike[str], parse: Parse[Value], form: str, separator: str | None = None
) -> list[tuple[str, Value]]:
    """Read a list, line by line: the id, which is its first field, and what `parse` makes of it.

    Line ends may be those of any system; a byte-order mark and empty lines at the end are left out.

    Args:
        path: the list.
        parse: takes the fields of a line, the id first; a ValueError says that they are wrong.
        form: what a line holds, for errors.
        separator: between the fields; None is any white space.

    Raises:
        InputError: the list is missing or empty, or a line is wrong.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise unreadable(path, error) from error
    found: list[tuple[str, Value]] = []
    for number, line in enumerate(text.rstrip().split("\n"), 1):
        fields = [field.strip() for field in line.split(separator)]
        try:
            found.append((fields[0] if fields else "", parse(fields)))
        except ValueError as error:
            quoted = f"{line[:_SHOWN]!r}{' and more' if line[_SHOWN:] else ''}"
            raise InputError(path, f"{quoted} on line {number}", form, EXTRACT_AGAIN) from error
    return found


def read_table(
    path: str | PathLike[str], parse: Parse[Value], form: str, separator: str | None = None
) -> dict[str, Value]:
    """Read a list as `read_lines` does, where every id may have one line only.

    Raises:
        InputError: see `read_lines`; or an id has two lines.
    """
    table: dict[str, Value] = {}
    for number, (id_, value) in enumerate(read_lines(path, parse, form, separator), 1):
        if id_ in table:
            first = list(table).index(id_) + 1
            found = f"the id {id_} on line {first} and on line {number}"
            raise InputError(path, found, "each id once", EXTRACT_AGAIN)
        table[id_] = value
    return table


def require_ids(
    path: str | PathLike[str], ids: Collection[str], expected: Collection[str], source: str
) -> None:
    """Refuse a list that leaves out an id of another list, `source`, or has one more.

    Raises:
        InputError: it does; the message names the first such id.
    """
    missing, strange = set(expected).difference(ids), set(ids).difference(expected)
    if missing or strange:
        first = min(missing or strange, key=lambda id_: (len(id_), id_))
        more = f", and {len(missing or strange) - 1} more" if len(missing or strange) > 1 else ""
        found = "no line of the id" if missing else f"a line that {source} does not have, of the id"
        wanted = f"one line of each of the {len(set(expected))} ids of {source}"
        raise InputError(path, f"{found} {first}{more}", wanted, EXTRACT_AGAIN)


def whole(text: str, low: int, high: int | None = None) -> int:
    """Return the whole number that a field holds.

    Raises:
        ValueError: it holds none, or one outside the bounds.
    """
    if not (text.isascii() and text.isdigit()) or int(text) < low:
        raise ValueError(f"{text!r} is no whole number from {low}")
    if high is not None and int(text) > high:
        raise ValueError(f"{text} is more than {high}")
    return int(text)
