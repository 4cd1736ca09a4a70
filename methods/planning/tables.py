"""Sizes, times and tables, as the terminal shows them."""

from collections.abc import Iterator, Sequence, Set

from methods.planning.times import DAY

GAP = "  "  # between two columns, and in front of the first


def size_text(count: float, exact: bool = False) -> str:
    """Bytes in decimal units, with two digits; an estimate has a ~ in front."""
    unit, name = next(((u, n) for u, n in ((1e9, "GB"), (1e6, "MB")) if count >= u), (1e3, "kB"))
    return f"{'' if exact else '~'}{_two_digits(count / unit)} {name}"


def time_text(seconds: float) -> str:
    """An estimated time, with two digits at most."""
    if seconds >= 3 * DAY:
        return f"~{_two_digits(seconds / DAY)} days"
    if seconds >= 5400:
        return f"~{_two_digits(seconds / 3600)} h"
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


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{float(f'{value:.2g}'):.0f}"
