"""Tables, as the terminal shows them."""

from collections.abc import Iterator, Sequence, Set

GAP = "  "  # between two columns, and in front of the first


def table(rows: Sequence[Sequence[str]], right: Set[int]) -> Iterator[str]:
    """Aligned lines; the columns in `right` end at the same place."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            cell.rjust(width) if number in right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield f"{GAP}{GAP.join(cells)}".rstrip()
