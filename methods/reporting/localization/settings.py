"""The settings of box protocols, by their names in the experiment."""

from collections.abc import Mapping

from methods.box_protocols import BoxProtocol
from methods.reporting.localization.words import threshold_from
from methods.reporting.tables import Cell, Column, Kind, Table, build_table


def settings_table(protocols: Mapping[str, BoxProtocol]) -> Table:
    """One row a protocol; a threshold that was chosen stands with the choices."""
    rows: list[list[Cell]] = [
        [
            *(name, p.split, p.threshold, threshold_from(p)),
            *(p.box, p.crop, p.gt_known, p.several),
        ]
        for name, p in protocols.items()
    ]
    columns = [
        *(Column("protocol", Kind.NAME), Column("split", Kind.NAME)),
        *(Column("threshold", Kind.NUMBER), Column("threshold source")),
        *(Column(label, Kind.NAME) for label in ("box rule", "crop", "GT-known by", "several")),
    ]
    caption = "Box protocols by the names that the experiment gives to their settings."
    return build_table("box_protocols", caption, columns, rows)
