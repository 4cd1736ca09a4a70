"""How much memory the largest jobs hold at a time."""

from collections.abc import Iterable

from methods.configuration.loading import Configuration
from methods.planning.pictures import pictures_of
from methods.planning.step import Step
from methods.planning.times import THREADS, Machine

_TORCH = (
    2e9  # bytes of the process that trains, without the network: libraries and the GPU's context
)
_WORKER = 0.4e9  # bytes of a loading process: torch and two batches
_CRF_WORKER = 0.2e9  # bytes of a CRF process, without its arrays
_CRF_VALUES = 8 * 4  # bytes a pixel and label: eight arrays of float32


def gpu_memory(steps: Iterable[Step]) -> float:
    """Bytes of the largest training; 0 where there is none."""
    return max((step.memory for step in steps), default=0.0)


def main_memory(configuration: Configuration, steps: Iterable[Step], machine: Machine) -> float:
    """Bytes of the largest training and the largest CRF, which may run at the same time."""
    steps = list(steps)
    runs = configuration.experiment["runs"].values()
    training = crf = 0.0
    if any(step.learns for step in steps):
        workers = max(run["training"]["loader_workers"] for run in runs)
        training = _TORCH + workers * _WORKER + (0.0 if machine.gpu else gpu_memory(steps))
    if any(step.core_seconds for step in steps):
        crf = min(machine.cores, THREADS) * max(_crf(configuration, run["dataset"]) for run in runs)
    return training + crf


def _crf(configuration: Configuration, name: str) -> float:
    dataset = configuration.experiment["datasets"][name]
    values = pictures_of(dataset).pixels * (len(dataset["classes"]) + 1)
    return float(_CRF_WORKER + _CRF_VALUES * values)
