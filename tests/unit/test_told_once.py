"""What all rows of a table have in common is told once on the page."""

from pathlib import Path

from methods.reporting.tables import Cell, Column, Kind, build_table
from methods.reporting.told_once import told_once

COLUMNS = [
    *(Column("run", Kind.NAME), Column("seed", Kind.COUNT)),
    *(Column("class", Kind.NAME), Column("images", Kind.COUNT)),
]


def test_equal_keys_move_into_the_caption_and_stay_in_the_csv(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["cdtr", 0, "wren", 12], ["cdtr", 0, "finch", 13]]
    table = told_once(build_table("classes", "By class.", COLUMNS, rows), 2)
    shown = table.on_page()
    assert shown.caption == "By class. Run cdtr, seed 0."
    assert [column.label for column in shown.columns] == ["class", "images"]
    assert shown.rows == (("wren", 12), ("finch", 13))
    table.write_csv(tmp_path)
    assert (tmp_path / "classes.csv").read_text().splitlines()[:2] == [
        "run,seed,class,images",
        "cdtr,0,wren,12",
    ]


def test_keys_that_differ_stay_in_their_columns() -> None:
    rows: list[list[Cell]] = [["cdtr", 0, "wren", 12], ["cdtr", 1, "wren", 12]]
    table = build_table("classes", "By class.", COLUMNS, rows)
    assert told_once(table, 2) == table
    empty = build_table("classes", "By class.", COLUMNS, [])
    assert told_once(empty, 2) == empty
