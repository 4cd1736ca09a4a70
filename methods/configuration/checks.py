"""What an experiment must satisfy beyond the shape that the schema gives it."""

import importlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from methods.configuration.claim_checks import claim_problems
from methods.configuration.dataset_checks import dataset_problems
from methods.configuration.file_checks import file_problems
from methods.configuration.leakage_checks import leakage_problems
from methods.configuration.problems import Block, Problem
from methods.configuration.protocol_checks import judging_problems, protocol_problems
from methods.configuration.run_checks import (
    ablation_problems,
    agreement_problems,
    checkpoint_problems,
    reference_problems,
    split_problems,
    task_problems,
)
from methods.configuration.weights_checks import weights_problems
from methods.data.splits import sizes
from methods.errors import InputError
from methods.layout import LOGS, RECEIPTS, REGISTRY, SEALS
from methods.yaml_files import USABLE, unusable_numbers

# What lies beside the folders of the runs in results/<experiment>.
NO_RUN_NAMES = (
    "benchmarks",
    "controls",
    "data",
    LOGS,
    RECEIPTS,
    REGISTRY,
    SEALS,
    "report",
    "report.html",
    "ro-crate-metadata.json",
    "verdicts.json",
    "weights",
    "workflow",
)


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
    for key, value in unusable_numbers(experiment):
        yield Problem(key, value, USABLE, "correct this value")
    yield from file_problems(experiment, project)
    for name, dataset in experiment["datasets"].items():
        yield from dataset_problems(dataset, f"datasets.{name}")
    for name, weights in experiment["weights"].items():
        yield from weights_problems(weights, f"weights.{name}")
    for name, run in experiment["runs"].items():
        if name in NO_RUN_NAMES:
            found = f"the run {name!r}, named as a part of the results"
            yield Problem("runs", found, "another name", "rename the run")
        yield from _run(run, experiment, project, f"runs.{name}")
    yield from agreement_problems(experiment["runs"])
    if "ablation" in experiment:
        yield from ablation_problems(experiment["ablation"], experiment["runs"])
    yield from claim_problems(experiment, project)


def _run(run: Block, experiment: Block, project: Path, key: str) -> Iterator[Problem]:
    yield from reference_problems(run, experiment, project, key)
    dataset = experiment["datasets"][run["dataset"]]
    yield from task_problems(run, dataset, key)
    yield from checkpoint_problems(run, key)
    yield from split_problems(run, dataset, key)
    yield from protocol_problems(run, list(sizes(dataset)), key)
    yield from leakage_problems(run, dataset, key)
    yield from judging_problems(run, key)
    checks = importlib.import_module(f"methods.{run['method']}.checks")
    networks = {
        field: experiment["weights"][run[field]]["network"]
        for field in ("weights", "guide")
        if field in run
    }
    for problem in checks.problems(run, networks, dataset):
        yield replace(problem, key=f"{key}.{problem.key}")
