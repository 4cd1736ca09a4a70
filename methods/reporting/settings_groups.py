"""The table of deviations as the page shows it: what voids first, then block by block."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from methods.reporting.deviation_classes import CLASSES, DERIVED
from methods.reporting.deviations import ABSENT, PROTOCOLS
from methods.reporting.tables import Cell, Table, build_table
from methods.wording import counted

_TITLES = {"voids": "Voids a published number", "may matter": "May matter", "harmless": "Harmless"}
_BLOCKS = {  # by how a setting begins, in the order of the page
    "dataset": "data",
    "train_split": "data",
    "inference": "inference and protocols",
    "protocols": "inference and protocols",
    "crf": "inference and protocols",
    "network": "network and weights",
    "weights": "network and weights",
    "guide": "network and weights",
    "training": "training",
    "checkpoint": "training",
    "gpus": "training",
    "accept": "training",
    DERIVED: "what followed",
}
_OTHER = "other settings"
_ORDER = (*dict.fromkeys(_BLOCKS.values()), _OTHER)
_SHOWN = 4  # columns of the table: run, setting, authors, here; the others hold of a whole group
_TOLD = "told under Protocols"  # of the section: a protocol of ours is a sentence of many words


@dataclass(frozen=True)
class SettingsGroup:
    """Settings of one class and one block.

    Attributes:
        title: class, block, and how many settings.
        why: they are of that class, one sentence.
        table: one row a run and setting.
        grave: whether they void a published number.
    """

    title: str
    why: str
    table: Table
    grave: bool


def settings_groups(deviations: Table) -> tuple[SettingsGroup, ...]:
    """The rows of `deviations_table`, each in one group."""
    grouped: dict[tuple[int, int, str], list[tuple[Cell, ...]]] = {}
    for row in deviations.rows:
        _, key, _, _, kind, why = map(str, row)
        block = _BLOCKS.get(key.partition(".")[0], _OTHER)
        place = CLASSES.index(kind), _ORDER.index(block), why
        grouped.setdefault(place, []).append(row)
    return tuple(_groups(deviations, sorted(grouped.items(), key=lambda group: group[0][:2])))


def _groups(
    deviations: Table, grouped: Sequence[tuple[tuple[int, int, str], list[tuple[Cell, ...]]]]
) -> Iterator[SettingsGroup]:
    for number, ((kind, block, why), rows) in enumerate(grouped, 1):
        settings = counted(len({row[1] for row in rows}), "setting")
        title = f"{_TITLES[CLASSES[kind]]}, {_ORDER[block]}: {settings}"
        runs = [*dict.fromkeys(row[0] for row in rows)]
        ordered = sorted(rows, key=lambda row: (runs.index(row[0]), _part(str(row[1]))))
        shown = [_shown(row) for row in ordered]
        name = f"{deviations.name}-{number}"
        table = build_table(name, title, deviations.columns[:_SHOWN], shown)
        yield SettingsGroup(title, why, table, grave=CLASSES[kind] == "voids")


def _part(key: str) -> int:
    """The place of the part of a block that a setting begins with."""
    parts, first = [*_BLOCKS], key.partition(".")[0]
    return parts.index(first) if first in parts else len(parts)


def _shown(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    run, key, authors, here = row[:_SHOWN]
    added = str(key).startswith(PROTOCOLS) and authors == ABSENT
    return run, key, authors, _TOLD if added else here
