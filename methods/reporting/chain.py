"""The chain of files behind the numbers, each link with its digest."""

from collections.abc import Iterator
from pathlib import Path

from methods.reporting.links import Chain, LinkedFile, make_links
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import DatasetSources, ReportSources
from methods.submission.package import read_package
from methods.training.checkpoints import verified_checkpoint

CHECKPOINT = "checkpoint"  # name of the link to a file that was trained here
GIVEN_CHECKPOINT = "given checkpoint"


def run_chain_name(run: RunSources) -> str:
    """Anchor and CSV name of a run's chain."""
    return f"chain-{run.anchor}"


def control_chain_name(dataset: DatasetSources) -> str:
    """Anchor and CSV name of the chain of a data set's controls."""
    return f"chain-{dataset.name}-controls"


def control_chains(sources: ReportSources) -> list[Chain]:
    """One a data set, from the data to the metrics of its controls."""
    return [_control_chain(dataset, sources) for dataset in sources.datasets]


def run_chain(run: RunSources, sources: ReportSources) -> Chain:
    """From the data to the metrics of one run and seed.

    Raises:
        InputError: the checkpoint is no longer the one that was chosen.
    """
    dataset = sources.dataset(run.dataset)
    links = [
        *_data_links(dataset),
        LinkedFile("image labels", dataset.index),
        LinkedFile("data checks", dataset.checks),
        *(_training_links(run, sources) if run.trained else ()),
        LinkedFile(
            CHECKPOINT if run.trained else GIVEN_CHECKPOINT,
            verified_checkpoint(run.checkpoint),
            "chosen",
        ),
        LinkedFile("choice of the checkpoint", run.checkpoint, "chosen"),
        *_task_links(run, sources),
        *_verdict_links(sources),
    ]
    what = "the chain" if run.trained else "calibration, no training: the chain"
    shown = "boxes" if dataset.task == "localization" else "segmentation and the localization maps"
    caption = f"Run {run.name}: {what} behind the {shown}."
    return Chain(run_chain_name(run), caption, make_links(links, sources.root))


def _data_links(dataset: DatasetSources) -> Iterator[LinkedFile]:
    yield LinkedFile("archives, and what was extracted", dataset.extraction)
    yield LinkedFile("data manifest", dataset.manifest, "foundation")


def _verdict_links(sources: ReportSources) -> Iterator[LinkedFile]:
    yield LinkedFile("verdicts", sources.verdicts, "verdicts")
    for file in reversed(sources.claims):
        yield LinkedFile(f"claims, {file.stem}", file, "claims")
    for what, file in reversed(sources.stated):
        yield LinkedFile(what, file)


def _training_links(run: RunSources, sources: ReportSources) -> Iterator[LinkedFile]:
    cards = dict(sources.weights)
    yield LinkedFile("weights card", cards[run.weights], "foundation")
    if isinstance(run, LocalizationSources) and run.guide is not None:
        yield LinkedFile("card of the guide's weights", cards[run.guide], "foundation")
    yield LinkedFile("resolved configuration", run.resolved, "foundation")
    yield LinkedFile("journal of the training", run.journal, "foundation")
    yield LinkedFile("end of the training", run.done)
    if isinstance(run, SegmentationSources):
        for split in dict.fromkeys((run.chosen_on, run.curve_split)):
            if split is not None:
                for iteration, path in zip(run.iterations, run.validations(split), strict=True):
                    yield LinkedFile(f"validation on {split}, iteration {iteration}", path)


def _task_links(run: RunSources, sources: ReportSources) -> Iterator[LinkedFile]:
    """From the chosen checkpoint to the scores."""
    if isinstance(run, SegmentationSources):
        yield from _label_links(run)
        yield LinkedFile("second scorer", run.cross_check)
        yield from _submission_links(run, sources)
    if isinstance(run, LocalizationSources):
        yield from _box_links(run)


def _label_links(run: SegmentationSources) -> Iterator[LinkedFile]:
    told: set[Path] = set()
    for split, name in run.scored():
        predictions = run.predictions(split, name)
        if predictions not in told:
            told.add(predictions)
            yield LinkedFile(f"{_predictions(run, name)}, {split}", predictions)
        yield LinkedFile(f"label maps, {name}", run.index(split, name))
        yield from _score_links(run, split, name)


def _box_links(run: LocalizationSources) -> Iterator[LinkedFile]:
    for split in dict.fromkeys(split for split, _ in run.boxed()):
        yield LinkedFile(f"predictions, logits and class maps, {split}", run.predictions(split))
    for split, rule in run.boxed():
        yield LinkedFile(f"boxes, {rule}, {split}", run.boxes(split, rule))
    for split, name in run.scored():
        threshold = run.threshold(name)
        if threshold is not None:
            yield LinkedFile(f"threshold, {name}", threshold)
        yield from _score_links(run, split, name)


def _score_links(run: RunSources, split: str, name: str) -> Iterator[LinkedFile]:
    yield LinkedFile(f"counts by image, {name}", run.counts(split, name))
    yield LinkedFile(f"metrics, {name}", run.metrics(split, name))


def _submission_links(run: SegmentationSources, sources: ReportSources) -> Iterator[LinkedFile]:
    if run.submission is None:
        return
    split, name = run.submission
    yield LinkedFile(f"{_predictions(run, name)}, {split}", run.predictions(split, name))
    yield LinkedFile(f"label maps, {name}, {split}", run.index(split, name))
    yield LinkedFile("package for the evaluation server", run.package)
    yield LinkedFile(
        "tar file of the package", run.package.parent / read_package(run.package)["tar"]
    )
    yield LinkedFile("receipts of the evaluation server", sources.receipts)


def _predictions(run: SegmentationSources, name: str) -> str:
    protocol = run.protocols[name]
    return f"predictions, logits, {protocol.resize}" if protocol.of_decoder else "predictions, maps"


def _control_chain(dataset: DatasetSources, sources: ReportSources) -> Chain:
    links = [
        *_data_links(dataset),
        *(LinkedFile(f"metrics, {control}", path) for control, path in dataset.controls),
        *_verdict_links(sources),
    ]
    caption = f"Controls of {dataset.name}: the chain behind them."
    return Chain(control_chain_name(dataset), caption, make_links(links, sources.root))
