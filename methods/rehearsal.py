"""Rehearsals: what a run would fail at after hours, it fails at in a minute.

The rehearsal of a run is a run of its own: two iterations of its training, and every later step, on
a sample of its data set, made as every run is made.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from methods.data.splits import sizes
from methods.training.checkpoints import is_trained

MARK = "+rehearsal"  # behind the name of a run; the schema lets no name have a +
_IMAGES = 8  # of a split that is not trained on


@dataclass(frozen=True)
class Rehearsals:
    """The rehearsals of all trainings of an experiment.

    Attributes:
        runs: by their names.
        datasets: the samples that they use, by their names; `splits` says how many images each
            takes of each split at least.
    """

    runs: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Mapping[str, Any]]


def rehearsals(experiment: Mapping[str, Any]) -> Rehearsals:
    """The rehearsals of an experiment, which is valid."""
    runs: dict[str, Mapping[str, Any]] = {}
    datasets: dict[str, dict[str, Any]] = {}
    for name, run in experiment["runs"].items():
        if is_trained(run):
            dataset = experiment["datasets"][run["dataset"]]
            split, count = run["train_split"], _method(run).images(run)
            sample = f"{run['dataset']}+{split}.{count}"  # one where others train on as many
            runs[f"{name}{MARK}"] = _rehearsal(run, sample)
            images = {**dict.fromkeys(sizes(dataset), _IMAGES), split: count}
            datasets[sample] = {**dataset, "splits": images}
            datasets[sample].pop("held_out", None)  # its splits are among them
    return Rehearsals(runs, datasets)


def iterations(run: Mapping[str, Any], dataset: Mapping[str, Any]) -> int:
    """How many iterations the training of a run has."""
    found: int = _method(run).iterations(run, sizes(dataset)[run["train_split"]])
    return found


def is_long(run: Mapping[str, Any], dataset: Mapping[str, Any], limit: int | None) -> bool:
    """Whether a training has more iterations than a limit; with None none has."""
    return limit is not None and iterations(run, dataset) > limit


def original(dataset: str) -> str:
    """The data set that a sample is of; another is its own."""
    return dataset.partition("+")[0]


def _rehearsal(run: Mapping[str, Any], sample: str) -> dict[str, Any]:
    """The run, short; a checkpoint that is named by its iteration would not be written."""
    rule = run["checkpoint"] if run["checkpoint"]["rule"] == "best" else {"rule": "last"}
    short = {**run, "training": _method(run).shortened(run["training"])}
    short |= {"dataset": sample, "checkpoint": rule}
    return {key: value for key, value in short.items() if key != "submission"}


def _method(run: Mapping[str, Any]) -> ModuleType:
    return importlib.import_module(f"methods.{run['method']}.rehearsal")
