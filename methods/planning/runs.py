"""The steps of a run, by its task."""

from collections.abc import Mapping

from methods.configuration.loading import Configuration
from methods.planning.localization import LocalizationSteps
from methods.planning.run_steps import RunSteps
from methods.planning.segmentation import SegmentationSteps
from methods.planning.step import Step

_OF_TASK: Mapping[str, type[RunSteps]] = {
    "segmentation": SegmentationSteps,
    "localization": LocalizationSteps,
}


def run_steps(configuration: Configuration, name: str, seed: int) -> list[Step]:
    """The steps of one run with one seed, in the order of the chain."""
    return _of(configuration, name, seed).all()


def short_steps(configuration: Configuration, name: str, seed: int) -> list[Step]:
    """The jobs of one run with one seed that take no longer than their start."""
    return _of(configuration, name, seed).short()


def _of(configuration: Configuration, name: str, seed: int) -> RunSteps:
    task = configuration.experiment["runs"][name]["task"]
    return _OF_TASK[task](configuration, name, seed)
