"""The deviations as the page shows them: what voids first, block by block, each row once."""

from methods.reporting.settings_groups import settings_groups
from methods.reporting.tables import Cell, Column, Kind, build_table

COLUMNS = [
    Column(name, Kind.CODE) for name in ("run", "setting", "authors", "here", "class", "why")
]
VOIDED, UNKNOWN, OURS = "Other data.", "Nobody has classed it.", "Numbers of its own."
ROWS: list[list[Cell]] = [
    ["a", "dataset.classes", "20", "6", "voids", VOIDED],
    ["a", "protocols.crf", "long", "short", "voids", VOIDED],
    ["b", "dataset.classes", "200", "8", "voids", VOIDED],
    ["a", "guide.network.depth", "absent", "2", "may matter", UNKNOWN],
    ["a", "training.epochs", "110", "20", "may matter", UNKNOWN],
    ["a", "network.depth", "12", "5", "may matter", UNKNOWN],
    ["a", "new.setting", "1", "2", "may matter", UNKNOWN],
    ["a", "protocols.ours", "absent", "a sentence of many words", "harmless", OURS],
]


def test_groups_come_by_class_and_block_and_leave_nothing_out() -> None:
    groups = settings_groups(build_table("deviations", "Caption.", COLUMNS, ROWS))
    assert [(group.title, group.why, group.grave) for group in groups] == [
        ("Voids a published number, data: 1 setting", VOIDED, True),
        ("Voids a published number, inference and protocols: 1 setting", VOIDED, True),
        ("May matter, network and weights: 2 settings", UNKNOWN, False),
        ("May matter, training: 1 setting", UNKNOWN, False),
        ("May matter, other settings: 1 setting", UNKNOWN, False),
        ("Harmless, inference and protocols: 1 setting", OURS, False),
    ]
    shown = [row[:2] for group in groups for row in group.table.rows]
    assert sorted(shown) == sorted((row[0], row[1]) for row in ROWS)
    assert shown[3:5] == [("a", "network.depth"), ("a", "guide.network.depth")]
    assert len({group.table.name for group in groups}) == len(groups)


def test_a_protocol_of_ours_is_told_elsewhere_and_one_that_differs_here() -> None:
    groups = settings_groups(build_table("deviations", "Caption.", COLUMNS, ROWS))
    told = {row[1]: row[2:] for group in groups for row in group.table.rows}
    assert told["protocols.ours"] == ("absent", "told under Protocols")
    assert told["protocols.crf"] == ("long", "short")


def test_a_page_without_deviations_has_no_group() -> None:
    assert settings_groups(build_table("deviations", "Caption.", COLUMNS, [])) == ()
