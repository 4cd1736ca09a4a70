"""Times and tables, as the terminal shows them."""

from collections.abc import Iterator, Sequence, Set

from methods.planning.times import DAY
from methods.wording import two_digits

GAP = "  "  # between two columns, and in front of the first


def time_text(seconds: float) -> str:
    """An estimated time, with two digits at most."""
    if seconds >= 3 * DAY:
        return f"~{two_digits(seconds / DAY)} days"
    if seconds >= 5400:
        return f"~{two_digits(seconds / 3600)} h"
    return f"~{round(seconds / 60)} min" if seconds >= 60 else "<1 min"


def table(rows: Sequence[Sequence[str]], right: Set[int]) -> Iterator[str]:
    """Aligned lines; the columns in `right` end at the same place."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"{GAP}{GAP.join(cells)}".rstrip()
