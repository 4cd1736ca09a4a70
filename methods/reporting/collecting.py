"""Finding the files that the report is made from."""

from collections.abc import Iterable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from methods.box_protocols import read_box_protocols
from methods.configuration.experiments import experiment_files
from methods.data import formats
from methods.errors import InputError
from methods.protocols import read_protocols
from methods.provenance import describe_environment
from methods.recipes import make_again
from methods.reporting.headlines import read_headlines
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.published_numbers import published_sources
from methods.reporting.run_sources import RunSources
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import DatasetSources, ReferenceLog, ReportSources
from methods.training.checkpoints import curve_split, is_trained, written_iterations
from methods.weights.used import weights_of

LAST_RULES = ("render_report", "write_crate")  # their times are not known while the page is written


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
        published: the records of the authors' settings (claims/reference/*_settings.yaml).
        seeds: the seeds that were run.
        data_root: the storage root of the data.
        benchmark_root: the folder of Snakemake's benchmark files, `<rule>.tsv` or
            `<rule>/<job>.tsv`.
        repository: the folder of the project's code.

    Raises:
        InputError: a file is missing.
    """
    claims = tuple(repository / file for file in experiment["claims"])
    runs = _runs(root, experiment, seeds)
    datasets = _datasets(root, experiment, data_root)
    weights = weights_of(experiment["runs"].values())
    jobs = set(weights).union(*(run.jobs() for run in runs), *(data.jobs() for data in datasets))
    sources = ReportSources(
        experiment=root.name,
        settings=experiment,
        published=published,
        stated=_stated(root.name, repository),
        claims=claims,
        papers=published_sources(repository, claims),
        root=root,
        verdicts=root / "verdicts.json",
        runs=runs,
        datasets=datasets,
        weights=tuple((name, root / f"weights/{name}.json") for name in weights),
        reference_log=_reference_log(experiment, repository),
        benchmarks=_benchmarks(benchmark_root, jobs),
        benchmark_root=benchmark_root,
        environment=describe_environment(repository),
    )
    _require(sources.required(), root.name)
    return sources


def _require(files: Iterable[Path], experiment: str) -> None:
    for path in files:
        if not path.is_file():
            raise InputError(path, "no file", "a result", make_again(experiment, str(path)))


def _runs(
    root: Path, experiment: Mapping[str, Any], seeds: Sequence[int]
) -> tuple[RunSources, ...]:
    """Every run with every seed; a given checkpoint is evaluated once."""
    headlines = read_headlines(root / "verdicts.json", experiment)
    return tuple(
        _run(root, name, run, seed, headlines[name])
        for name, run in experiment["runs"].items()
        for seed in (seeds if is_trained(run) else seeds[:1])
    )


def _reference_log(experiment: Mapping[str, Any], repository: Path) -> ReferenceLog | None:
    log = experiment.get("reference_log")
    if not log:
        return None
    classes = repository / log["classes"] if "classes" in log else None
    return ReferenceLog(repository / log["file"], classes, log["dataset"])


def _run(root: Path, name: str, run: Mapping[str, Any], seed: int, headline: str) -> RunSources:
    common: dict[str, Any] = {
        "run": name,
        "seed": seed,
        "method": run["method"],
        "dataset": run["dataset"],
        "weights": run["weights"],
        "train_split": run["train_split"],
        "split": run["evaluation"]["split"],
        "gallery": tuple(run["gallery"]),
        "trained": is_trained(run),
        "headline": headline,
        "root": root,
        "image_size": run["inference"]["image_size"],
    }
    if run["task"] == "localization":
        return LocalizationSources(
            **common,
            protocols=read_box_protocols(run),
            guide=run.get("guide"),
            resize=run["inference"]["resize"],
        )
    checkpoint, submission = run["checkpoint"], run.get("submission")
    return SegmentationSources(
        **common,
        protocols=read_protocols(run),
        curve_split=curve_split(run),
        iterations=tuple(written_iterations(run["training"])) if is_trained(run) else (),
        chosen_on=checkpoint["split"] if checkpoint["rule"] == "best" else None,
        submission=(submission["split"], submission["protocol"]) if submission else None,
    )


def _datasets(
    root: Path, experiment: Mapping[str, Any], storage: Path
) -> tuple[DatasetSources, ...]:
    """The data sets that runs use, with the split that the last of these is judged on."""
    users = {run["dataset"]: run for run in experiment["runs"].values()}
    found = []
    for name, run in users.items():
        settings = experiment["datasets"][name]
        found.append(
            DatasetSources(
                name=name,
                task=run["task"],
                root=root,
                split=run["evaluation"]["split"],
                extraction=storage / f"extracted/{name}/extraction.json",
                images=formats.data_root(settings["format"], storage / f"extracted/{name}/tree"),
                classes=tuple(settings["classes"]),
            )
        )
    return tuple(found)


def _stated(name: str, repository: Path) -> tuple[tuple[str, Path], ...]:
    """The files of the experiment, which were read as they stand."""
    own, *others = experiment_files(repository, name)
    extended = ((f"experiment {file.stem}, which it extends", file) for file in others)
    return (("experiment", own), *extended)


def _benchmarks(root: Path, jobs: Set[str]) -> tuple[Path, ...]:
    """The benchmark files of these jobs, and of the rules that run once.

    Files of runs, seeds and splits that the experiment has no longer stay in the folder.
    """
    once = [path for path in root.glob("*.tsv") if path.stem not in LAST_RULES]
    return tuple(sorted([*once, *(path for path in root.glob("*/*.tsv") if path.stem in jobs)]))
