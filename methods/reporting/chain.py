"""The chain of files behind the numbers, each link with its digest."""

from collections.abc import Sequence
from pathlib import Path

from methods.data.files import sha256
from methods.layout import SEED_STAGES, SEGMENTATION_STAGES
from methods.reporting.sources import (
    DatasetSources,
    ReportSources,
    RunSources,
)
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.training.checkpoints import verified_checkpoint

CHECKPOINT = "checkpoint"  # name of the link
_COLUMNS = (
    Column("link", Kind.NAME),
    Column("file", Kind.FILE),
    Column("bytes", Kind.COUNT),
    Column("sha256", Kind.DIGEST),
)


def run_chain_name(run: RunSources) -> str:
    """Anchor and CSV name of a run's chain."""
    return f"chain-{run.anchor}"


def control_chain_name(dataset: DatasetSources) -> str:
    """Anchor and CSV name of the chain of a data set's controls."""
    return f"chain-{dataset.name}-controls"


def chain_tables(sources: ReportSources) -> list[Table]:
    """One table a run and seed, from the data to the metrics, then one a data set's controls.

    Raises:
        InputError: a checkpoint is no longer the one that was chosen.
    """
    cards = dict(sources.weights)
    tables = [
        _run_chain(run, sources.dataset(run.dataset), cards[run.weights], sources)
        for run in sources.runs
    ]
    tables += [_control_chain(dataset, sources) for dataset in sources.datasets]
    return tables


def _run_chain(
    run: RunSources, dataset: DatasetSources, card: Path, sources: ReportSources
) -> Table:
    links = [
        ("data manifest", dataset.manifest),
        ("image labels", dataset.index),
        ("data checks", dataset.checks),
        ("weights card", card),
        ("resolved configuration", run.resolved),
        ("journal of the training", run.journal),
        ("end of the training", run.done),
        ("choice of the checkpoint", run.checkpoint),
    ]
    made_from = {
        SEED_STAGES[0]: ("predictions, maps", run.maps(run.seed_split)),
        SEGMENTATION_STAGES[0]: ("predictions, logits", run.predictions(run.segmentation_split)),
    }
    for split, stage in run.stages():
        if stage in made_from:
            links.append(made_from[stage])
        links.append((f"label maps, {stage}", run.index(split, stage)))
        links.append((f"counts by image, {stage}", run.counts(split, stage)))
        links.append((f"metrics, {stage}", run.metrics(split, stage)))
    links += [("second scorer", run.cross_check), ("verdicts", sources.verdicts)]
    rows = _rows(links, sources.root)
    path = verified_checkpoint(run.checkpoint)
    position = next(i for i, row in enumerate(rows) if row[0] == "choice of the checkpoint")
    rows[position:position] = _rows([(CHECKPOINT, path)], sources.root)
    caption = f"{run.name}: the chain behind the segmentation and the localization maps."
    return build_table(run_chain_name(run), caption, _COLUMNS, rows)


def _control_chain(dataset: DatasetSources, sources: ReportSources) -> Table:
    links = [("data manifest", dataset.manifest)]
    links += [(f"metrics, {control}", path) for control, path in dataset.controls]
    links.append(("verdicts", sources.verdicts))
    caption = f"{dataset.name}: the chain behind the controls."
    rows = _rows(links, sources.root)
    return build_table(control_chain_name(dataset), caption, _COLUMNS, rows)


def _rows(links: Sequence[tuple[str, Path]], root: Path) -> list[list[Cell]]:
    return [
        [name, path.relative_to(root).as_posix(), path.stat().st_size, sha256(path)]
        for name, path in links
    ]
