"""What all rows of a table have in common is told once on the page."""

from dataclasses import replace

from methods.reporting.tables import Kind, Table


def told_once(table: Table, number: int) -> Table:
    """Move the first columns into the caption, if all rows have the same there; the CSV keeps them.

    Args:
        table: any.
        number: of these columns, such as run and seed.
    """
    keys = {row[:number] for row in table.rows}
    if len(keys) != 1:
        return table
    first = [replace(column, kind=Kind.FILED) for column in table.columns[:number]]
    pairs = zip(first, keys.pop(), strict=True)
    told = ", ".join(f"{column.label} {value}" for column, value in pairs)
    return replace(
        table,
        caption=f"{table.caption} {told[0].upper()}{told[1:]}.",
        columns=(*first, *table.columns[number:]),
    )
