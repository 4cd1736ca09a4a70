"""Which thresholds were chosen: by which images, and how many would have been as good."""

from collections.abc import Sequence

from methods.evaluation.threshold_choice import Choice
from methods.reporting.localization.scored import Scored
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, show_number
from methods.reporting.told_once import told_once

RULE = (
    "The threshold with the highest GT-known on these images is taken, the smallest of equally good"
    " ones."
)
_CAPTION = (
    "Chosen thresholds. 0.00, 0.01 to 0.99, and what a protocol of the run states, are tried on all"
    f" images of a split. {RULE} Where many are equally good the images do not settle the choice,"
    " and the scored rates may depend on it: the figures draw both curves. An oracle chooses by the"
    " scored images."
)


def choices_table(runs: Sequence[Scored]) -> Table:
    """The thresholds that were chosen, and those that would have been as good."""
    rows: list[list[Cell]] = [
        [
            *(*run.key, name, choice.split, choice.images),
            *(choice.threshold, choice.value, equally_good(choice)),
        ]
        for run in runs
        for name, choice in run.choices.items()
    ]
    columns = [
        *(Column("run", Kind.NAME), Column("seed", Kind.COUNT), Column("protocol", Kind.NAME)),
        *(Column("chosen on", Kind.NAME), Column("images", Kind.COUNT)),
        *(Column("threshold", Kind.NUMBER), Column("GT-known there (%)", Kind.NUMBER)),
        Column("equally good thresholds"),
    ]
    return told_once(build_table("localization_thresholds", _CAPTION, columns, rows), 2)


def equally_good(choice: Choice) -> str:
    """The thresholds that are as good as the chosen one, such as "0.13 to 0.19"."""
    ranges = [
        f"{first:g}" if first == last else f"{first:g} to {last:g}"
        for first, last in choice.equally_good
    ]
    return ", ".join(ranges)


def choice_in_words(choice: Choice) -> str:
    """Where a threshold was chosen, with which rate, and which others have the same."""
    return (
        f"chosen on {choice.split}: GT-known {show_number(choice.value)} % of {choice.images}"
        f" images at {equally_good(choice)}, the smallest is taken"
    )
