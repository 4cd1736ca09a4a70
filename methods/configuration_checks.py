"""What an experiment must satisfy beyond the shape that the schema gives it."""

import importlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from methods.errors import InputError
from methods.problems import Block, Problem, below, ordered
from methods.schema import nearest


def check_experiment(experiment: Block, project: Path, where: str) -> None:
    """Check what no schema can say.

    Args:
        experiment: valid by the schema.
        project: folder that holds methods/ and the claims.
        where: the experiment's file, for the sentence.

    Raises:
        InputError: names the first contradiction.
    """
    for problem in _problems(experiment, project):
        raise InputError(f"{where}, {problem.key}", problem.found, problem.expected, problem.remedy)


def _problems(experiment: Block, project: Path) -> Iterator[Problem]:
    yield from _not_finite(experiment, "")
    if not (project / experiment["claims"]).is_file():
        yield Problem(
            "claims",
            f"no file {experiment['claims']!r}",
            "a file of the project",
            "correct its name",
        )
    for name, dataset in experiment["datasets"].items():
        yield from _dataset(dataset, f"datasets.{name}")
    for name, weights in experiment["weights"].items():
        yield from _weights(weights, f"weights.{name}")
    for name, run in experiment["runs"].items():
        yield from _references(run, experiment, project, f"runs.{name}")
        yield from _splits(run, experiment["datasets"][run["dataset"]], f"runs.{name}")
        checks = importlib.import_module(f"methods.{run['method']}.checks")
        for problem in checks.problems(run, experiment["weights"][run["weights"]]["network"]):
            yield replace(problem, key=f"runs.{name}.{problem.key}")


def _not_finite(values: Any, key: str) -> Iterator[Problem]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _not_finite(value, f"{key}.{name}" if key else name)
    elif isinstance(values, list):
        for value in values:
            yield from _not_finite(value, key)
    elif isinstance(values, float) and not math.isfinite(values):
        yield Problem(key, str(values), "a finite number", "correct this value")


def _dataset(dataset: Block, key: str) -> Iterator[Problem]:
    names = [archive["name"] for archive in dataset["archives"]]
    if len(set(names)) < len(names):
        yield Problem(f"{key}.archives", "a name twice", "each archive once", "delete one entry")
    for archive in dataset["archives"]:
        if dataset["source"] == "local" and not {"md5", "sha256"} & archive.keys():
            yield Problem(
                f"{key}.archives",
                f"no checksum of {archive['name']}",
                "its md5 or sha256",
                "add what its publisher states",
            )
    if dataset["source"] == "generated":
        yield from ordered(dataset["generated"]["size"], f"{key}.generated.size")


def _weights(weights: Block, key: str) -> Iterator[Problem]:
    if "pretraining" in weights:
        settings = weights["pretraining"]
        yield from below(
            settings["warmup_iterations"],
            settings["iterations"],
            f"{key}.pretraining.warmup_iterations",
            "iterations",
        )


def _references(run: Block, experiment: Block, project: Path, key: str) -> Iterator[Problem]:
    methods = [file.parent.name for file in (project / "methods").glob("*/inference.py")]
    for field, known in (
        ("method", methods),
        ("dataset", list(experiment["datasets"])),
        ("weights", list(experiment["weights"])),
    ):
        if run[field] not in known:
            yield Problem(
                f"{key}.{field}",
                f"{run[field]!r}, which is not there",
                nearest(run[field], known),
                "correct the name or add it",
            )


def _splits(run: Block, dataset: Block, key: str) -> Iterator[Problem]:
    evaluation = run["evaluation"]
    used = {"train_split": run["train_split"]} | {
        f"evaluation.{field}": evaluation[field]
        for field in ("segmentation_split", "seed_split", "threshold_source")
        if field in evaluation
    }
    for field, split in used.items():
        if split not in dataset["splits"]:
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, which the data set has not",
                nearest(split, dataset["splits"]),
                "correct the split",
            )
    if evaluation["segmentation_split"] == run["train_split"]:
        yield Problem(
            f"{key}.evaluation.segmentation_split",
            f"{run['train_split']!r}, which is trained on",
            "a split that training has not seen",
            "choose another split",
        )
    if evaluation.get("threshold_source") == evaluation["seed_split"]:
        yield Problem(
            f"{key}.evaluation.threshold_source",
            f"{evaluation['seed_split']!r}, which is the split that is scored",
            "a split that no number is reported on",
            "choose the threshold on another split",
        )
