"""The jobs of which hardly more than the start is counted: about data, weights, scores and page."""

from collections.abc import Iterator, Set
from dataclasses import replace
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.layout import CONTROLS, RECEIPTS, control_file
from methods.planning.fetching import datasets_of
from methods.planning.run_steps import SHORT
from methods.planning.runs import short_steps
from methods.planning.step import START, TORCH_START, Step, is_made
from methods.training.checkpoints import is_trained
from methods.weights.used import weights_of

# Made last, one after another; libraries of figures and statistics load no faster than torch.
_LAST = ("verdicts.json", "report.html", "ro-crate-metadata.json")


def short_jobs(configuration: Configuration, planned: Set[Path] | None) -> list[Step]:
    """Those that are to be run, beside `methods.planning.steps.steps_to_run`.

    They write little, and take no longer than their start where there are few images.

    Args:
        configuration: of the call.
        planned: absolute paths of the files that the call makes; None counts what is missing.
    """
    results = configuration.results
    files = [*_of_data(configuration), *_of_weights(configuration), *_of_runs(configuration)]
    jobs = [_short(results, file) for file in dict.fromkeys(files)]
    for name, run in configuration.experiment["runs"].items():
        for seed in configuration.seeds if is_trained(run) else configuration.seeds[:1]:
            jobs += short_steps(configuration, name, seed)
    jobs.append(_short(results, results / RECEIPTS))
    for file in _LAST:
        last = _short(results, results / file)
        jobs.append(replace(last, start=TORCH_START, one_core=False))
    return [job for job in jobs if is_made(job.path, planned)]


def _short(root: Path, path: Path) -> Step:
    return Step(SHORT, path, root, "scores", 0, start=START, one_core=True)


def _of_data(configuration: Configuration) -> Iterator[Path]:
    """Archives, what is extracted from them, and the checks of it."""
    data = configuration.data
    for name, dataset in datasets_of(configuration).items():
        if dataset["source"] == "generated":
            yield data / f"generated/{name}.json"
        yield data / f"archives/{name}/verified.json"
        yield data / f"extracted/{name}/extraction.json"
        yield configuration.results / f"data/{name}/manifest.json"


def _of_weights(configuration: Configuration) -> Iterator[Path]:
    """The cards of the weights that a training uses."""
    for name in weights_of(configuration.experiment["runs"].values()):
        yield configuration.results / f"weights/{name}.json"


def _of_runs(configuration: Configuration) -> Iterator[Path]:
    """Confirmations of rehearsals, and the scores of controls."""
    for name, run in configuration.experiment["runs"].items():
        if is_trained(run):
            yield configuration.results / name / "rehearsal.json"
        split = run["evaluation"]["split"]
        for control in CONTROLS[run["task"]]:
            yield configuration.results / control_file(run["dataset"], split, control)
