"""Tables of settings: where a run differs from the record of the authors' settings."""

from collections.abc import Mapping, Sequence
from typing import Any

from methods.reporting.derived_deviations import derived_deviations
from methods.reporting.deviation_classes import CLASSES, read_classes
from methods.reporting.deviations import authors_record, find_deviations
from methods.reporting.formulations import switched
from methods.reporting.run_sources import RunSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table

_SAME = {"image_size": "pretrained_size"}  # settings of a network that weights name otherwise


def deviations_table(
    experiment: Mapping[str, Any], published: Mapping[str, Any], runs: Sequence[RunSources] = ()
) -> Table:
    """Every setting in which a run differs from the authors', what voids a claim first.

    Args:
        experiment: the experiment as a mapping, every switch of a formulation spelt out.
        published: the records of the authors' settings (claims/reference/*_settings.yaml): a run's
            block by the format of the data set.
        runs: every run with every seed, whose records tell what followed from the settings.
    """
    classes = read_classes()
    found = [
        *find_deviations(experiment, published, classes),
        *derived_deviations(runs, experiment, published, classes),
    ]
    pairs = {(d.run, d.key): (d.authors, d.here) for d in found}
    kept = [d for d in found if (d.authors, d.here) != pairs.get((d.run, _of_network(d.key)))]
    ordered = sorted(kept, key=lambda deviation: CLASSES.index(deviation.kind))
    rows: list[list[Cell]] = [[d.run, d.key, d.authors, d.here, d.kind, d.why] for d in ordered]
    columns = [
        Column("run", Kind.NAME),
        Column("setting", Kind.KEY),
        Column("authors", Kind.CODE),
        Column("here", Kind.CODE),
        Column("class", Kind.NAME),
        Column("why"),
    ]
    caption = (
        "Settings that differ from the authors', and what followed from them. Theirs are recorded"
        " in claims/reference. What voids makes a published number another one, so that claims"
        " about it are void; what is harmless moves none."
    )
    if len(kept) < len(found):
        caption += " The network of the weights is the run's, and listed with it."
    return build_table("deviations", caption, columns, rows)


def _of_network(key: str) -> str:
    """The run's own setting that a setting of its weights' network repeats."""
    prefix, _, name = key.rpartition(".")
    return f"network.{_SAME.get(name, name)}" if prefix == "weights.network" else ""


def formulations_table(experiment: Mapping[str, Any], published: Mapping[str, Any]) -> Table:
    """Every switch of a formulation that is not the authors', run by run.

    The authors' is the released program's in every switch, unless their record says otherwise.
    """
    rows: list[list[Cell]] = [
        [name, words, switch, account]
        for name, run in experiment["runs"].items()
        for switch, account, words in switched(run, authors_record(run, experiment, published))
    ]
    columns = [
        Column("run", Kind.NAME),
        Column("difference"),
        Column("switch", Kind.CODE),
        Column("here", Kind.CODE),
    ]
    caption = "Formulas that are not those of the released program."
    return build_table("formulations", caption, columns, rows)


def without_published_settings(
    experiment: Mapping[str, Any], published: Mapping[str, Any]
) -> list[str]:
    """Names of the runs whose method and data format have no record of the authors' settings."""
    runs = experiment["runs"].items()
    return [name for name, run in runs if authors_record(run, experiment, published) is None]
