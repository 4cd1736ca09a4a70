"""The jobs of an experiment that write much or take long."""

from collections.abc import Iterator, Set
from dataclasses import replace
from pathlib import Path

from methods.configuration.loading import Configuration
from methods.planning.fetching import datasets_of
from methods.planning.pretrainings import pretrainings
from methods.planning.runs import run_steps, short_steps
from methods.planning.step import Step, is_made
from methods.rehearsal import MARK, is_long, rehearsals
from methods.training.checkpoints import is_trained

READING = "annotations"  # name of a step that reads the annotations of COCO


def steps_to_run(configuration: Configuration, planned: Set[Path] | None) -> list[Step]:
    """The steps that are to be run and write much or take long.

    Args:
        configuration: of the call.
        planned: absolute paths of the files that the call makes; None counts what is missing.
    """
    steps = [*_readings(configuration), *pretrainings(configuration)]
    for name, run in configuration.experiment["runs"].items():
        for seed in configuration.seeds if is_trained(run) else configuration.seeds[:1]:
            steps += run_steps(configuration, name, seed)
    steps += _rehearsals(configuration, planned)
    return [step for step in steps if is_made(step.path, planned)]


def _rehearsals(configuration: Configuration, planned: Set[Path] | None) -> Iterator[Step]:
    """All of them, or those that a training waits for, where no plan is known."""
    experiment = configuration.experiment
    found = rehearsals(experiment)
    short = replace(configuration, experiment={**experiment, **vars(found)})
    for name, run in experiment["runs"].items():
        dataset = experiment["datasets"][run["dataset"]]
        if is_trained(run) and (
            planned is not None or is_long(run, dataset, configuration.rehearse)
        ):
            rehearsed = (short, f"{name}{MARK}", experiment["seeds"][0])
            for step in (*run_steps(*rehearsed), *short_steps(*rehearsed)):
                yield replace(step, name="rehearsal", written="rehearsals")


def _readings(configuration: Configuration) -> Iterator[Step]:
    """Extraction and check of a data set; `methods.planning.memory` tells what they hold."""
    for name, dataset in datasets_of(configuration).items():
        if dataset["format"] == "coco":
            extraction = configuration.data / "extracted" / name / "extraction.json"
            manifest = configuration.results / "data" / name / "manifest.json"
            yield Step(READING, extraction, configuration.data, "extracted", 0)
            yield Step(READING, manifest, configuration.results, "extracted", 0)
