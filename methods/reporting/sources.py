"""The files that the report is made from."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.data.voc import voc_folder
from methods.errors import InputError
from methods.layout import (
    CONTROLS,
    SEED_STAGES,
    SEGMENTATION_STAGES,
    control_file,
    labels_index,
    metrics_file,
    run_folder,
)
from methods.provenance import Environment, describe_environment

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
        gallery: image ids that the experiment names.
        map_scales: of the images behind CAM and LAM.
        image_size: side of the square that those scales are relative to, pixels.
        root: results/<experiment>.
    """

    run: str
    seed: int
    dataset: str
    weights: str
    segmentation_split: str
    seed_split: str
    gallery: tuple[str, ...]
    map_scales: tuple[float, ...]
    image_size: int
    root: Path

    @property
    def folder(self) -> Path:
        """The folder of this run and seed."""
        return self.root / run_folder(self.run, self.seed)

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
        """Every value that the training read, and what follows from them."""
        return self.folder / "resolved.yaml"

    @property
    def journal(self) -> Path:
        """Every loss of every iteration."""
        return self.folder / "train/journal.csv"

    @property
    def done(self) -> Path:
        """What the training did, and on which machine."""
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
        return self.root / metrics_file(self.run, self.seed, split, stage)

    def counts(self, split: str, stage: str) -> Path:
        """The confusion matrix of each image."""
        return self.metrics(split, stage).with_suffix(".counts.npz")

    def index(self, split: str, stage: str) -> Path:
        """The index of the label maps that were scored."""
        return self.root / labels_index(self.run, self.seed, split, stage)

    def predictions(self, split: str) -> Path:
        """The index of the logits that the segmentation is made from."""
        return self.folder / f"predictions/{split}/index.json"

    def maps(self, split: str) -> Path:
        """The index of the CAM and LAM maps that the seeds are made from."""
        return self.folder / f"maps/{split}/index.json"

    def jobs(self) -> set[str]:
        """Names of the jobs that made the run's files, as its benchmark files have them."""
        own = f"{self.run}.seed{self.seed}"
        splits = {f"{own}.{split}" for split in (self.seed_split, self.segmentation_split)}
        return {own, *splits, *(f"{own}.{split}.{stage}" for split, stage in self.stages())}

    def required(self) -> list[Path]:
        """The files without which the run cannot be reported."""
        files = [self.resolved, self.journal, self.done, self.checkpoint, self.cross_check]
        files.append(self.predictions(self.segmentation_split))
        files += [self.maps(split) for split in (self.seed_split, self.segmentation_split)]
        for split, stage in self.stages():
            files += [self.index(split, stage), self.metrics(split, stage)]
            files.append(self.counts(split, stage))
        return files


@dataclass(frozen=True)
class DatasetSources:
    """The files of one data set.

    Attributes:
        name: of the data set.
        root: results/<experiment>.
        split: the split that the controls are scored on.
        images: the VOC2012 folder that holds images and masks.
    """

    name: str
    root: Path
    split: str
    images: Path

    @property
    def controls(self) -> tuple[tuple[str, Path], ...]:
        """(control, metrics file)."""
        return tuple(
            (control, self.root / control_file(self.name, self.split, control))
            for control in CONTROLS
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
        return {self.name, *(f"{self.name}.{self.split}.{control}" for control in CONTROLS)}

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
        benchmarks: Snakemake's benchmark files of the jobs behind this report.
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
    datasets = tuple(
        DatasetSources(name, root, split, voc_folder(data_root / "extracted" / name / "tree"))
        for name, split in splits.items()
    )
    weights = tuple(dict.fromkeys(run.weights for run in runs))
    jobs = set(weights).union(*(run.jobs() for run in runs), *(data.jobs() for data in datasets))
    sources = ReportSources(
        experiment=root.name,
        settings=experiment,
        published=published,
        root=root,
        verdicts=root / "verdicts.json",
        runs=runs,
        datasets=datasets,
        weights=tuple((name, root / f"weights/{name}.json") for name in weights),
        benchmarks=_benchmarks(benchmark_root, jobs),
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
        map_scales=tuple(run["inference"]["map_scales"]),
        image_size=run["inference"]["image_size"],
        root=root,
    )


def _benchmarks(root: Path, jobs: Set[str]) -> tuple[Path, ...]:
    """The benchmark files of these jobs, and of the rules that run once.

    Files of runs, seeds and splits that the experiment has no longer stay in the folder.
    """
    once = [path for path in root.glob("*.tsv") if path.stem != REPORT_RULE]
    return tuple(sorted([*once, *(path for path in root.glob("*/*.tsv") if path.stem in jobs)]))


def _require(sources: ReportSources) -> None:
    files = [sources.verdicts, *(card for _, card in sources.weights)]
    files += [path for run in sources.runs for path in run.required()]
    files += [path for dataset in sources.datasets for path in dataset.required()]
    for path in files:
        if not path.is_file():
            raise InputError(path, "no file", "a result", "run 'snakemake report' to make it")
