"""Which weights the runs of an experiment need."""

from collections.abc import Iterable, Mapping
from typing import Any

from methods.training.checkpoints import is_trained


def weights_of(runs: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The weights that trainings start from, then those that guide them, each once.

    Args:
        runs: blocks of the experiment.

    Returns:
        The method that needs them, by the name of the weights.
    """
    trained = [run for run in runs if is_trained(run)]
    return {
        run[key]: run["method"] for key in ("weights", "guide") for run in trained if key in run
    }
