"""What the estimates of a plan are about and rest on, in words of the tasks and methods."""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType

from methods.configuration.loading import Configuration
from methods.planning.localization import BOXES
from methods.planning.segmentation import CRF
from methods.planning.step import Step


@dataclass(frozen=True)
class TaskWords:
    """What the runs of a task bring along.

    Attributes:
        held: the jobs that main memory is counted for.
        on_cores: the steps that a GPU does not speed up.
        start_only: jobs of which no more than the start is counted.
    """

    held: str
    on_cores: str
    start_only: tuple[str, ...]


_OF_TASK: Mapping[str, TaskWords] = {
    "segmentation": TaskWords(
        held="trainings or predictions, and a CRF; or the reading of annotations",
        on_cores=CRF,
        start_only=("label maps",),
    ),
    "localization": TaskWords(held="trainings or predictions", on_cores=BOXES, start_only=()),
}


def task_words(configuration: Configuration) -> TaskWords:
    """The words of all tasks of an experiment, put together."""
    tasks = {run["task"] for run in configuration.experiment["runs"].values()}
    words = [of for task, of in _OF_TASK.items() if task in tasks]
    return TaskWords(
        held=words[0].held,  # segmentation's say what the others' do
        on_cores=" and ".join(of.on_cores for of in words),
        start_only=tuple(name for of in words for name in of.start_only),
    )


def memory_basis(steps: Iterable[Step]) -> str:
    """What the memory of the largest training is scaled from."""
    largest = max(steps, key=lambda step: step.memory)
    return str(_cost(largest.method).MEMORY_BASIS)


def time_bases(steps: Iterable[Step]) -> list[str]:
    """What the times on a GPU are scaled from; of several methods, each has a line."""
    methods = dict.fromkeys(step.method for step in steps if step.macs or step.core_seconds)
    bases = {method: str(_cost(method).TIME_BASIS) for method in methods}
    if len(bases) == 1:
        return list(bases.values())
    return [f"{method}: {basis}" for method, basis in bases.items()]


def _cost(method: str) -> ModuleType:
    return importlib.import_module(f"methods.{method}.cost")
