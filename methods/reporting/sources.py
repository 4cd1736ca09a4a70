"""The files that the report is made from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from methods.layout import CONTROLS, RECEIPTS, control_file
from methods.provenance import Environment
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.published_numbers import PublishedSources
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources

_Run = TypeVar("_Run", bound=RunSources)


@dataclass(frozen=True)
class DatasetSources:
    """The files of one data set.

    Attributes:
        name: of the data set.
        task: of the runs that use it; it says which controls there are.
        root: results/<experiment>.
        split: the split that the controls are scored on.
        images: the folder that holds images and masks.
        extraction: the archives with their digests, and what was extracted from them.
        classes: names of the foreground classes.
    """

    name: str
    task: str
    root: Path
    split: str
    images: Path
    extraction: Path
    classes: tuple[str, ...]

    @property
    def controls(self) -> tuple[tuple[str, Path], ...]:
        """(control, metrics file)."""
        return tuple(
            (control, self.root / control_file(self.name, self.split, control))
            for control in CONTROLS[self.task]
        )

    @property
    def manifest(self) -> Path:
        """What the data set consists of."""
        return self.root / f"data/{self.name}/manifest.json"

    @property
    def checks(self) -> Path:
        """What was checked of it."""
        return self.root / f"data/{self.name}/checks.json"

    @property
    def index(self) -> Path:
        """Its images and their image-level labels."""
        return self.root / f"data/{self.name}/index.csv"

    def jobs(self) -> set[str]:
        """Names of the jobs that made the data set's files, as its benchmark files have them."""
        scored = {f"{self.name}.{self.split}.{control}" for control, _ in self.controls}
        return {self.name, *scored}

    def required(self) -> list[Path]:
        """The files without which the data set cannot be reported."""
        own = [self.extraction, self.manifest, self.checks, self.index]
        return own + [path for _, path in self.controls]


@dataclass(frozen=True)
class ReferenceLog:
    """The files of the authors' training log.

    Attributes:
        training: losses, and mIoU of the maps, by iteration.
        classes: IoU of each class by iteration; None where the authors published none.
        dataset: the format of the data sets that both are about.
    """

    training: Path
    classes: Path | None
    dataset: str

    @property
    def files(self) -> list[Path]:
        """Those that there are."""
        return [self.training, *([] if self.classes is None else [self.classes])]


@dataclass(frozen=True)
class ReportSources:
    """Everything that the report reads.

    Attributes:
        experiment: name of the experiment.
        settings: the experiment as a mapping, runs and protocols in the order of the file.
        published: the record of the authors' settings, which deviations are measured from: a run's
            block by the format of the data set.
        stated: (what, file) of the experiment and of those that it builds on.
        claims: its claim files.
        papers: what the papers publish; None where its own claims are about that.
        root: results/<experiment>; links on the page are relative to it.
        verdicts: one entry a claim.
        runs: every run with every seed, in the order of the experiment.
        datasets: every data set that a run uses.
        weights: (name, card) of the weights that a training started from or was guided by.
        reference_log: the authors' training log; None where the experiment names none.
        benchmarks: Snakemake's benchmark files of the jobs behind this report.
        benchmark_root: the folder that holds them.
        environment: the machine and the code.
    """

    experiment: str
    settings: Mapping[str, Any]
    published: Mapping[str, Any]
    stated: tuple[tuple[str, Path], ...]
    claims: tuple[Path, ...]
    papers: PublishedSources | None
    root: Path
    verdicts: Path
    runs: tuple[RunSources, ...]
    datasets: tuple[DatasetSources, ...]
    weights: tuple[tuple[str, Path], ...]
    reference_log: ReferenceLog | None
    benchmarks: tuple[Path, ...]
    benchmark_root: Path
    environment: Environment

    @property
    def segmentation(self) -> tuple[SegmentationSources, ...]:
        """The runs of this task."""
        return tuple(run for run in self.runs if isinstance(run, SegmentationSources))

    @property
    def localization(self) -> tuple[LocalizationSources, ...]:
        """The runs of this task."""
        return tuple(run for run in self.runs if isinstance(run, LocalizationSources))

    @property
    def receipts(self) -> Path:
        """What the evaluation server answered to each package."""
        return self.root / RECEIPTS

    def dataset(self, name: str) -> DatasetSources:
        """The data set of that name."""
        return next(dataset for dataset in self.datasets if dataset.name == name)

    def datasets_of(self, task: str) -> tuple[DatasetSources, ...]:
        """The data sets of the runs of a task."""
        return tuple(dataset for dataset in self.datasets if dataset.task == task)

    def required(self) -> Iterator[Path]:
        """The files without which there is no report."""
        yield self.verdicts
        yield from (file for _, file in self.stated)
        yield from self.claims
        yield from self.papers.files if self.papers is not None else ()
        yield from (card for _, card in self.weights)
        for run in self.runs:
            yield from run.required()
        for dataset in self.datasets:
            yield from dataset.required()
        if any(run.submission for run in self.segmentation):
            yield self.receipts
        if self.reference_log is not None:
            yield from self.reference_log.files


def seeds_of(runs: Iterable[_Run]) -> dict[str, list[_Run]]:
    """The seeds of each run, by its name."""
    found: dict[str, list[_Run]] = {}
    for run in runs:
        found.setdefault(run.run, []).append(run)
    return found
