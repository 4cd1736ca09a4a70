"""The files that the report is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.data.voc import voc_folder
from methods.errors import InputError
from methods.provenance import Environment, describe_environment

SEGMENTATION_STAGES = ("raw", "multiscale", "crf")
SEED_STAGES = ("cam", "aux_cam", "lam")
CONTROLS = ("perfect", "all_background", "colour")
REPORT_RULE = "render_report"  # its own time is not known while it writes


@dataclass(frozen=True)
class RunSources:
    """The files of one run with one seed.

    Attributes:
        run: name of the run.
        seed: of the run.
        dataset: name of its data set.
        weights: name of the pretrained weights.
        segmentation_split: the split that raw, multiscale and crf are scored on.
        seed_split: the split that cam, aux_cam and lam are scored on.
        gallery: image ids that were fixed before the run.
        folder: results/<experiment>/<run>/seed<k>.
    """

    run: str
    seed: int
    dataset: str
    weights: str
    segmentation_split: str
    seed_split: str
    gallery: tuple[str, ...]
    folder: Path

    @property
    def name(self) -> str:
        """Run and seed, for people."""
        return f"{self.run}, seed {self.seed}"

    @property
    def anchor(self) -> str:
        """Run and seed, for links."""
        return f"{self.run}-seed{self.seed}"

    @property
    def resolved(self) -> Path:
        """Every effective value."""
        return self.folder / "resolved.yaml"

    @property
    def journal(self) -> Path:
        """Every loss of every iteration."""
        return self.folder / "train/journal.csv"

    @property
    def done(self) -> Path:
        """What the training did."""
        return self.folder / "train/done.json"

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.folder / "train/checkpoints"

    @property
    def checkpoint(self) -> Path:
        """Which checkpoint was chosen."""
        return self.folder / "checkpoint.json"

    @property
    def cross_check(self) -> Path:
        """The scores by another program."""
        return self.folder / "metrics/cross_check.json"

    def stages(self) -> list[tuple[str, str]]:
        """The (split, stage) pairs that were scored: the seeds first, then the segmentation."""
        seeds = [(self.seed_split, stage) for stage in SEED_STAGES]
        return seeds + [(self.segmentation_split, stage) for stage in SEGMENTATION_STAGES]

    def metrics(self, split: str, stage: str) -> Path:
        """The scores of a stage."""
        return self.folder / f"metrics/{split}.{stage}.json"

    def counts(self, split: str, stage: str) -> Path:
        """The confusion matrix of each image."""
        return self.folder / f"metrics/{split}.{stage}.counts.npz"

    def index(self, split: str, stage: str) -> Path:
        """The index of the label maps that were scored."""
        folder = f"crf/{split}" if stage == "crf" else f"labels/{split}.{stage}"
        return self.folder / folder / "index.json"

    def maps(self, split: str) -> Path:
        """The index of the raw CAM and LAM maps; not every split has one."""
        return self.folder / f"maps/{split}/index.json"

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        files = [self.resolved, self.journal, self.done, self.checkpoint, self.cross_check]
        for split, stage in self.stages():
            files += [self.index(split, stage), self.metrics(split, stage)]
            files.append(self.counts(split, stage))
        return files


@dataclass(frozen=True)
class DatasetSources:
    """The files of one data set.

    Attributes:
        name: of the data set.
        folder: results/<experiment>/data/<name>.
        controls: (control, metrics file).
        images: the VOC2012 folder that holds images and masks.
    """

    name: str
    folder: Path
    controls: tuple[tuple[str, Path], ...]
    images: Path

    @property
    def manifest(self) -> Path:
        """What the data set consists of."""
        return self.folder / "manifest.json"

    @property
    def checks(self) -> Path:
        """What was checked of it."""
        return self.folder / "checks.json"

    @property
    def index(self) -> Path:
        """Its images and their image-level labels."""
        return self.folder / "index.csv"

    def required(self) -> list[Path]:
        """The files without which the data set cannot be reported."""
        return [self.manifest, self.checks, self.index, *(path for _, path in self.controls)]


@dataclass(frozen=True)
class ReportSources:
    """Everything that the report reads.

    Attributes:
        experiment: name of the experiment.
        settings: the experiment as a mapping.
        published: the experiment at the authors' settings, which deviations are measured from.
        root: results/<experiment>; links on the page are relative to it.
        verdicts: one entry a claim.
        runs: every run with every seed.
        datasets: every data set that a run uses.
        weights: (name, card) of the pretrained weights that a run uses.
        benchmarks: Snakemake's benchmark files.
        benchmark_root: the folder that holds them.
        environment: the machine and the code.
    """

    experiment: str
    settings: Mapping[str, Any]
    published: Mapping[str, Any]
    root: Path
    verdicts: Path
    runs: tuple[RunSources, ...]
    datasets: tuple[DatasetSources, ...]
    weights: tuple[tuple[str, Path], ...]
    benchmarks: tuple[Path, ...]
    benchmark_root: Path
    environment: Environment

    def dataset(self, name: str) -> DatasetSources:
        """The data set of that name."""
        return next(dataset for dataset in self.datasets if dataset.name == name)


def collect(
    root: Path,
    experiment: Mapping[str, Any],
    *,
    published: Mapping[str, Any],
    seeds: Sequence[int],
    data_root: Path,
    benchmark_root: Path,
    repository: Path,
) -> ReportSources:
    """Find the files of an experiment.

    Args:
        root: results/<experiment>.
        experiment: the experiment as a mapping.
        published: the experiment at the authors' settings.
        seeds: the seeds that were run.
        data_root: the storage root of the data.
        benchmark_root: the folder of Snakemake's benchmark files, `<rule>.tsv` or
            `<rule>/<job>.tsv`.
        repository: the folder of the project's code.

    Raises:
        InputError: a file is missing.
    """
    runs = tuple(
        _run(root, name, run, seed) for name, run in experiment["runs"].items() for seed in seeds
    )
    splits = {run.dataset: run.segmentation_split for run in runs}
    sources = ReportSources(
        experiment=root.name,
        settings=experiment,
        published=published,
        root=root,
        verdicts=root / "verdicts.json",
        runs=runs,
        datasets=tuple(_dataset(root, name, split, data_root) for name, split in splits.items()),
        weights=tuple(
            (name, root / f"weights/{name}.json") for name in {run.weights: None for run in runs}
        ),
        benchmarks=tuple(
            path
            for path in sorted(benchmark_root.rglob("*.tsv"))
            if path.relative_to(benchmark_root).with_suffix("").parts[0] != REPORT_RULE
        ),
        benchmark_root=benchmark_root,
        environment=describe_environment(repository),
    )
    _require(sources)
    return sources


def _run(root: Path, name: str, run: Mapping[str, Any], seed: int) -> RunSources:
    return RunSources(
        run=name,
        seed=seed,
        dataset=run["dataset"],
        weights=run["weights"],
        segmentation_split=run["evaluation"]["segmentation_split"],
        seed_split=run["evaluation"]["seed_split"],
        gallery=tuple(run["gallery"]),
        folder=root / name / f"seed{seed}",
    )


def _dataset(root: Path, name: str, split: str, data_root: Path) -> DatasetSources:
    return DatasetSources(
        name=name,
        folder=root / "data" / name,
        controls=tuple(
            (control, root / "controls" / name / f"{split}.{control}.json") for control in CONTROLS
        ),
        images=voc_folder(data_root / "extracted" / name / "tree"),
    )


def _require(sources: ReportSources) -> None:
    files = [sources.verdicts, *(card for _, card in sources.weights)]
    files += [path for run in sources.runs for path in run.required()]
    files += [path for dataset in sources.datasets for path in dataset.required()]
    for path in files:
        if not path.is_file():
            raise InputError(path, "no file", "a result", "run 'snakemake report' to make it")
