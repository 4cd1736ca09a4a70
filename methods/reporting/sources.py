"""The files that the report is made from."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.data import formats
from methods.data.files import read_json
from methods.errors import InputError
from methods.layout import CONTROLS, control_file
from methods.protocols import Protocol, read_protocols
from methods.provenance import Environment, describe_environment
from methods.reporting.measurements import RECEIPTS
from methods.reporting.run_sources import RunSources
from methods.training.checkpoints import curve_split, is_trained, written_iterations

REPORT_RULE = "render_report"  # its own time is not known while it writes


@dataclass(frozen=True)
class DatasetSources:
    """The files of one data set.

    Attributes:
        name: of the data set.
        root: results/<experiment>.
        split: the split that the controls are scored on.
        images: the folder that holds images and masks.
        classes: names of the foreground classes.
    """

    name: str
    root: Path
    split: str
    images: Path
    classes: tuple[str, ...]

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
        settings: the experiment as a mapping, runs and protocols in the order of the file.
        published: the record of the authors' settings, which deviations are measured from: a run's
            block by the format of the data set.
        root: results/<experiment>; links on the page are relative to it.
        verdicts: one entry a claim.
        runs: every run with every seed.
        datasets: every data set that a run uses.
        weights: (name, card) of the pretrained weights that a training started from.
        reference_log: the authors' training log, and the format of the data sets that its losses
            belong to; None where the experiment names none.
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
    reference_log: tuple[Path, str] | None
    benchmarks: tuple[Path, ...]
    benchmark_root: Path
    environment: Environment

    @property
    def receipts(self) -> Path:
        """What the evaluation server answered to each package."""
        return self.root / RECEIPTS

    def dataset(self, name: str) -> DatasetSources:
        """The data set of that name."""
        return next(dataset for dataset in self.datasets if dataset.name == name)

    def seeds_of(self) -> dict[str, list[RunSources]]:
        """The seeds of each run, by its name."""
        names = dict.fromkeys(run.run for run in self.runs)
        return {name: [run for run in self.runs if run.run == name] for name in names}


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
        experiment: the experiment as a mapping, runs and protocols in the order of the file.
        published: the record of the authors' settings (claims/reference/more_settings.yaml).
        seeds: the seeds that were run.
        data_root: the storage root of the data.
        benchmark_root: the folder of Snakemake's benchmark files, `<rule>.tsv` or
            `<rule>/<job>.tsv`.
        repository: the folder of the project's code.

    Raises:
        InputError: a file is missing.
    """
    headlines = read_headlines(root / "verdicts.json", experiment["runs"])
    runs = tuple(
        _run(root, name, run, seed, headlines[name])
        for name, run in experiment["runs"].items()
        for seed in (seeds if is_trained(run) else seeds[:1])
    )
    splits = {run.dataset: run.split for run in runs}
    datasets = tuple(
        _dataset(root, name, experiment["datasets"][name], split, data_root)
        for name, split in splits.items()
    )
    weights = tuple(dict.fromkeys(run.weights for run in runs if run.trained))
    jobs = set(weights).union(*(run.jobs() for run in runs), *(data.jobs() for data in datasets))
    log = experiment.get("reference_log")
    sources = ReportSources(
        experiment=root.name,
        settings=experiment,
        published=published,
        root=root,
        verdicts=root / "verdicts.json",
        runs=runs,
        datasets=datasets,
        weights=tuple((name, root / f"weights/{name}.json") for name in weights),
        reference_log=(repository / log["file"], log["dataset"]) if log else None,
        benchmarks=_benchmarks(benchmark_root, jobs),
        benchmark_root=benchmark_root,
        environment=describe_environment(repository),
    )
    _require(sources)
    return sources


def read_headlines(verdicts: Path, runs: Mapping[str, Any]) -> dict[str, str]:
    """The protocol that stands for each run, by the run's name.

    It is one of the decoder on the split that the run is judged on: the one that the first claim
    about the run names; without such a claim the one that the first claim about any run names, so
    that runs can be compared; and where the run has none of these, its last.

    Raises:
        InputError: there are no verdicts.
    """
    quantities = [entry["quantity"] for entry in read_json(verdicts)["verdicts"]]
    claimed = [(q["run"], q["protocol"]) for q in quantities if q is not None and "protocol" in q]
    headlines = {}
    for name, run in runs.items():
        judged = [key for key, p in read_protocols(run).items() if _is_judged(p, run)]
        own = [protocol for of, protocol in claimed if of == name]
        named = [*own, *(protocol for _, protocol in claimed)]
        headlines[name] = next((key for key in named if key in judged), judged[-1])
    return headlines


def _is_judged(protocol: Protocol, run: Mapping[str, Any]) -> bool:
    return protocol.of_decoder and protocol.split == run["evaluation"]["split"]


def _run(root: Path, name: str, run: Mapping[str, Any], seed: int, headline: str) -> RunSources:
    checkpoint, submission = run["checkpoint"], run.get("submission")
    trained = is_trained(run)
    return RunSources(
        run=name,
        seed=seed,
        dataset=run["dataset"],
        weights=run["weights"],
        protocols=read_protocols(run),
        train_split=run["train_split"],
        split=run["evaluation"]["split"],
        curve_split=curve_split(run),
        headline=headline,
        gallery=tuple(run["gallery"]),
        image_size=run["inference"]["image_size"],
        iterations=tuple(written_iterations(run["training"])) if trained else (),
        chosen_on=checkpoint["split"] if checkpoint["rule"] == "best" else None,
        submission=(submission["split"], submission["protocol"]) if submission else None,
        root=root,
    )


def _dataset(
    root: Path, name: str, settings: Mapping[str, Any], split: str, storage: Path
) -> DatasetSources:
    tree = storage / "extracted" / name / "tree"
    images = formats.data_root(settings["format"], tree)
    return DatasetSources(name, root, split, images, tuple(settings["classes"]))


def _benchmarks(root: Path, jobs: Set[str]) -> tuple[Path, ...]:
    """The benchmark files of these jobs, and of the rules that run once.

    Files of runs, seeds and splits that the experiment has no longer stay in the folder.
    """
    once = [path for path in root.glob("*.tsv") if path.stem != REPORT_RULE]
    return tuple(sorted([*once, *(path for path in root.glob("*/*.tsv") if path.stem in jobs)]))


def _require(sources: ReportSources) -> None:
    for path in _required(sources):
        if not path.is_file():
            raise InputError(path, "no file", "a result", "run 'snakemake report' to make it")


def _required(sources: ReportSources) -> Iterable[Path]:
    yield sources.verdicts
    yield from (card for _, card in sources.weights)
    for run in sources.runs:
        yield from run.required()
    for dataset in sources.datasets:
        yield from dataset.required()
    if any(run.submission for run in sources.runs):
        yield sources.receipts
    if sources.reference_log is not None:
        yield sources.reference_log[0]
