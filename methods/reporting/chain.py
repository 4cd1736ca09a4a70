"""The chain of files behind the numbers, each link with its digest."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from methods.data.files import sha256
from methods.reporting.run_sources import LocalizationSources, RunSources, SegmentationSources
from methods.reporting.sources import DatasetSources, ReportSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.submission.package import read_package
from methods.training.checkpoints import verified_checkpoint

CHECKPOINT = "checkpoint"  # name of the link to a file that was trained here
GIVEN_CHECKPOINT = "given checkpoint"
# Links that every number of a run or a control rests on, whichever its protocol.
FOUNDATIONS = (
    *("data manifest", "resolved configuration", "journal of the training"),
    *(CHECKPOINT, GIVEN_CHECKPOINT, "choice of the checkpoint", "verdicts"),
)
_COLUMNS = (
    Column("link", Kind.NAME),
    Column("file", Kind.FILE),
    Column("bytes", Kind.COUNT),
    Column("sha256", Kind.DIGEST),
)
Link = tuple[str, Path]


def run_chain_name(run: RunSources) -> str:
    """Anchor and CSV name of a run's chain."""
    return f"chain-{run.anchor}"


def control_chain_name(dataset: DatasetSources) -> str:
    """Anchor and CSV name of the chain of a data set's controls."""
    return f"chain-{dataset.name}-controls"


def control_chains(sources: ReportSources) -> list[Table]:
    """One table a data set, from the data to the metrics of its controls."""
    return [_control_chain(dataset, sources) for dataset in sources.datasets]


def run_chain(run: RunSources, sources: ReportSources) -> Table:
    """From the data to the metrics of one run and seed.

    Raises:
        InputError: the checkpoint is no longer the one that was chosen.
    """
    dataset = sources.dataset(run.dataset)
    links = [
        *_data_links(dataset),
        ("image labels", dataset.index),
        ("data checks", dataset.checks),
        *(_training_links(run, sources) if run.trained else ()),
        (CHECKPOINT if run.trained else GIVEN_CHECKPOINT, verified_checkpoint(run.checkpoint)),
        ("choice of the checkpoint", run.checkpoint),
        *_task_links(run, sources),
        *_verdict_links(sources),
    ]
    what = "the chain" if run.trained else "calibration, no training: the chain"
    shown = "boxes" if dataset.task == "localization" else "segmentation and the localization maps"
    caption = f"{run.name}: {what} behind the {shown}."
    return build_table(run_chain_name(run), caption, _COLUMNS, _rows(links, sources.root))


def _data_links(dataset: DatasetSources) -> Iterator[Link]:
    yield "archives, and what was extracted", dataset.extraction
    yield "data manifest", dataset.manifest


def _verdict_links(sources: ReportSources) -> Iterator[Link]:
    yield "verdicts", sources.verdicts
    yield from reversed(sources.stated)


def _training_links(run: RunSources, sources: ReportSources) -> Iterator[Link]:
    cards = dict(sources.weights)
    yield "weights card", cards[run.weights]
    if isinstance(run, LocalizationSources) and run.guide is not None:
        yield "card of the guide's weights", cards[run.guide]
    yield "resolved configuration", run.resolved
    yield "journal of the training", run.journal
    yield "end of the training", run.done
    if isinstance(run, SegmentationSources):
        for split in dict.fromkeys((run.chosen_on, run.curve_split)):
            if split is not None:
                for iteration, path in zip(run.iterations, run.validations(split), strict=True):
                    yield f"validation on {split}, iteration {iteration}", path


def _task_links(run: RunSources, sources: ReportSources) -> Iterator[Link]:
    """From the chosen checkpoint to the scores."""
    if isinstance(run, SegmentationSources):
        yield from _label_links(run)
        yield "second scorer", run.cross_check
        yield from _submission_links(run, sources)
    if isinstance(run, LocalizationSources):
        yield from _box_links(run)


def _label_links(run: SegmentationSources) -> Iterator[Link]:
    told: set[Path] = set()
    for split, name in run.scored():
        predictions = run.predictions(split, name)
        if predictions not in told:
            told.add(predictions)
            yield f"{_predictions(run, name)}, {split}", predictions
        yield f"label maps, {name}", run.index(split, name)
        yield from _score_links(run, split, name)


def _box_links(run: LocalizationSources) -> Iterator[Link]:
    for split in dict.fromkeys(split for split, _ in run.boxed()):
        yield f"predictions, logits and class maps, {split}", run.predictions(split)
    for split, rule in run.boxed():
        yield f"boxes, {rule}, {split}", run.boxes(split, rule)
    for split, name in run.scored():
        threshold = run.threshold(name)
        if threshold is not None:
            yield f"threshold, {name}", threshold
        yield from _score_links(run, split, name)


def _score_links(run: RunSources, split: str, name: str) -> Iterator[Link]:
    yield f"counts by image, {name}", run.counts(split, name)
    yield f"metrics, {name}", run.metrics(split, name)


def _submission_links(run: SegmentationSources, sources: ReportSources) -> Iterator[Link]:
    if run.submission is None:
        return
    split, name = run.submission
    yield f"{_predictions(run, name)}, {split}", run.predictions(split, name)
    yield f"label maps, {name}, {split}", run.index(split, name)
    yield "package for the evaluation server", run.package
    yield "its tar file", run.package.parent / read_package(run.package)["tar"]
    yield "receipts of the evaluation server", sources.receipts


def _predictions(run: SegmentationSources, name: str) -> str:
    protocol = run.protocols[name]
    return f"predictions, logits, {protocol.resize}" if protocol.of_decoder else "predictions, maps"


def _control_chain(dataset: DatasetSources, sources: ReportSources) -> Table:
    links = list(_data_links(dataset))
    links += [(f"metrics, {control}", path) for control, path in dataset.controls]
    links += _verdict_links(sources)
    caption = f"Controls of {dataset.name}: the chain behind them."
    rows = _rows(links, sources.root)
    return build_table(control_chain_name(dataset), caption, _COLUMNS, rows)


def _rows(links: Sequence[Link], root: Path) -> list[list[Cell]]:
    """A given checkpoint may lie anywhere; its path leads out of the folder of the page."""
    return [
        [name, Path(os.path.relpath(path, root)).as_posix(), path.stat().st_size, sha256(path)]
        for name, path in links
    ]
