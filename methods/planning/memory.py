"""How much memory the largest jobs hold at a time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from methods.configuration.loading import Configuration
from methods.planning.fetching import datasets_of
from methods.planning.pictures import pictures_of
from methods.planning.pretrainings import PRETRAINING
from methods.planning.segmentation import CRF
from methods.planning.step import Step
from methods.planning.steps import READING
from methods.planning.times import THREADS, Machine
from methods.training.checkpoints import is_trained

# Bytes of the process that trains, without the network: libraries and the GPU's context.
_TORCH = 2e9
_PREDICTING = 0.4e9  # bytes of a process that loads a network for the CPU, without it
_PART = 0.1e9  # bytes of each one that it splits into, without what that works with
_WORKER = 0.4e9  # bytes of a loading process: torch and two batches
_CRF_WORKER = 0.2e9  # bytes of a CRF process, without its arrays
_CRF_VALUES = 8 * 4  # bytes a pixel and label: eight arrays of float32
# Bytes that the annotations of an image take: 2 GB for the 82,081 of COCO's train (docs/coco.md).
_ANNOTATIONS = 2e9 / 82081
_MASK_WORKER = 0.1e9  # bytes of a process that draws masks: libraries and an image


def gpu_memory(steps: Iterable[Step]) -> float:
    """Bytes of the largest training, on each of its GPUs; 0 where there is none."""
    return max((step.memory for step in steps), default=0.0)


def main_memory(configuration: Configuration, steps: Iterable[Step], machine: Machine) -> float:
    """Bytes of the largest jobs that may run at the same time: trainings or predictions, and a CRF.

    Predictions take as many cores as a job may have; where there are more, trainings on the CPU run
    beside them. Validations count as predictions. The annotations of COCO are read before all of
    these; they count where they are larger.
    """
    steps = list(steps)
    runs = configuration.experiment["runs"].values()
    training = crf = 0.0
    if processes := _learning(steps):
        workers = max(run["training"]["loader_workers"] for run in runs if is_trained(run))
        training = _TORCH + workers * _WORKER + (0.0 if machine.gpu else gpu_memory(steps))
        training *= max(machine.at_once(sum(processes)), *processes)
    if any(step.name == CRF for step in steps):
        labelled = [run["dataset"] for run in runs if run["task"] == "segmentation"]
        crf = min(machine.cores, THREADS) * max(_crf(configuration, name) for name in labelled)
    predicting = _predicting(steps, machine)
    beside = machine.cores > THREADS and not machine.gpu
    networks = training + predicting if beside else max(training, predicting)
    reading = 0.0
    if any(step.name == READING for step in steps):
        annotated = max(_annotated(dataset) for dataset in datasets_of(configuration).values())
        reading = annotated * _ANNOTATIONS + min(machine.cores, THREADS) * _MASK_WORKER
    return max(networks + crf, reading)


def _learning(steps: Sequence[Step]) -> list[int]:
    """Processes of each training that may run beside the others.

    Each training is taken to wait for all pretrainings, as those of a method do: at most as many
    run at once as the larger of the two groups has.
    """
    learning = [step for step in steps if step.learns]
    first = [step.processes for step in learning if step.name == PRETRAINING]
    then = [step.processes for step in learning if step.name != PRETRAINING]
    return max(first, then, key=sum)


def _predicting(steps: Iterable[Step], machine: Machine) -> float:
    """Bytes of the largest predictions: each holds the network once, and work in every process.

    While a process loads the network it holds the checkpoint, too. On a GPU, one process predicts.
    """
    made = [step for step in steps if step.network]
    if machine.gpu:
        return max((_TORCH + 2 * step.network for step in made), default=0.0)
    parts = min(machine.cores, THREADS)
    jobs = min(len(made), max(1, machine.cores // THREADS))
    each = [
        _PREDICTING + step.network + max(step.network, parts * (_PART + step.working))
        for step in made
    ]
    return jobs * max(each, default=0.0)


def _annotated(dataset: Mapping[str, Any]) -> int:
    """Images of the largest file of annotations."""
    return int(dataset["splits"]["train"]) if dataset["format"] == "coco" else 0


def _crf(configuration: Configuration, name: str) -> float:
    dataset = configuration.experiment["datasets"][name]
    values = pictures_of(dataset).pixels * (len(dataset["classes"]) + 1)
    return float(_CRF_WORKER + _CRF_VALUES * values)
