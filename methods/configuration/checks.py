"""What an experiment must satisfy beyond the shape that the schema gives it."""

import importlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from methods.configuration.problems import Block, Problem, below, multiple, ordered
from methods.configuration.protocol_checks import WITHHELD, protocol_problems
from methods.configuration.schema import nearest
from methods.data.formats import COUNTED, generated_counts
from methods.errors import InputError
from methods.reporting.claims import Quantity, load_claims

METHOD_PARTS = ("training", "validation", "inference", "checks", "cost")
# What lies beside the folders of the runs in results/<experiment>.
NO_RUN_NAMES = (
    "benchmarks",
    "controls",
    "data",
    "logs",
    "receipts.json",
    "report",
    "report.html",
    "verdicts.json",
    "weights",
)
NO_CLASS_NAME = "background"  # the name of label 0


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
    yield from _claims_file(experiment["claims"], project)
    for name, dataset in experiment["datasets"].items():
        yield from _dataset(dataset, f"datasets.{name}")
    for name, weights in experiment["weights"].items():
        yield from _weights(weights, f"weights.{name}")
    for name, run in experiment["runs"].items():
        if name in NO_RUN_NAMES:
            found = f"the run {name!r}, named as a part of the results"
            yield Problem("runs", found, "another name", "rename the run")
        yield from _references(run, experiment, project, f"runs.{name}")
        dataset = experiment["datasets"][run["dataset"]]
        yield from _splits(run, dataset, f"runs.{name}")
        yield from protocol_problems(run, splits_of(dataset), f"runs.{name}")
        yield from _checkpoint(run, splits_of(dataset), f"runs.{name}.checkpoint")
        checks = importlib.import_module(f"methods.{run['method']}.checks")
        backbone = experiment["weights"][run["weights"]]["network"]
        for problem in checks.problems(run, backbone, dataset):
            yield replace(problem, key=f"runs.{name}.{problem.key}")
    yield from _agreement(experiment["runs"])
    yield from _claims(experiment, project)


def _not_finite(values: Any, key: str) -> Iterator[Problem]:
    if isinstance(values, Mapping):
        for name, value in values.items():
            yield from _not_finite(value, f"{key}.{name}" if key else name)
    elif isinstance(values, list):
        for value in values:
            yield from _not_finite(value, key)
    elif isinstance(values, float) and not math.isfinite(values):
        yield Problem(key, str(values), "a finite number", "correct this value")


def _claims_file(name: str, project: Path) -> Iterator[Problem]:
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        yield Problem(
            "claims", f"{name!r}", "a path inside the project", "copy the file to claims/"
        )
    if not (project / path).is_file():
        yield Problem("claims", f"no file {name!r}", "a file of the project", "correct its name")


def _claims(experiment: Block, project: Path) -> Iterator[Problem]:
    """Every number that a claim names must be one that the experiment makes."""
    for claim in load_claims(project / experiment["claims"]):
        for quantity in claim.quantities():
            expected = _not_made(quantity, experiment["runs"])
            if expected is not None:
                yield Problem(
                    "claims",
                    f"the claim {claim.id!r} about {quantity}",
                    expected,
                    f"correct the claim in {experiment['claims']} or the experiment",
                )


def _not_made(quantity: Quantity, runs: Block) -> str | None:
    """What the quantity should name instead; None where the experiment makes it."""
    if quantity.run is None:
        scored = {run["dataset"]: run["evaluation"]["split"] for run in runs.values()}
        if quantity.dataset not in scored:
            return f"the data set {nearest(str(quantity.dataset), scored)}"
        split = scored[quantity.dataset]
    elif quantity.run not in runs:
        return f"the run {nearest(quantity.run, runs)}"
    else:
        run = runs[quantity.run]
        if quantity.protocol not in run["protocols"]:
            return f"the protocol {nearest(str(quantity.protocol), run['protocols'])}"
        if quantity.split == WITHHELD:
            return None  # not evaluated without a package, whatever the run makes
        split = run["protocols"][quantity.protocol]["split"]
    return None if quantity.split == split else f"the split {split!r}, which it is scored on"


def splits_of(dataset: Block) -> list[str]:
    """Names of the splits that a data set has."""
    return [*dataset["splits"], *(("held_out", "train_kept") if "held_out" in dataset else ())]


def _dataset(dataset: Block, key: str) -> Iterator[Problem]:
    if NO_CLASS_NAME in dataset["classes"]:
        yield Problem(
            f"{key}.classes",
            f"{NO_CLASS_NAME!r}, which is label 0 of every data set",
            "the foreground classes only",
            "delete it or rename it",
        )
    if "held_out" in dataset:
        yield from _held_out(dataset, f"{key}.held_out")
    if dataset["source"] == "generated":
        yield from _generated(dataset, key)
    else:
        yield from _archives(dataset, key)


def _held_out(dataset: Block, key: str) -> Iterator[Problem]:
    held_out, splits = dataset["held_out"], dataset["splits"]
    if held_out["split"] not in splits:
        yield Problem(
            f"{key}.split",
            f"{held_out['split']!r}",
            nearest(held_out["split"], splits),
            "correct the split",
        )
    elif held_out["images"] >= splits[held_out["split"]]:
        yield Problem(
            f"{key}.images",
            f"{held_out['images']}",
            f"less than the {splits[held_out['split']]} images of {held_out['split']}",
        )


def _generated(dataset: Block, key: str) -> Iterator[Problem]:
    settings = dataset["generated"]
    yield from ordered(settings["size"], f"{key}.generated.size")
    made, images = generated_counts(dataset["format"], settings, dataset["splits"])
    if dataset["splits"] != made:
        yield Problem(f"{key}.splits", _counts(dataset["splits"]), f"{_counts(made)} as generated")
    if dataset["images"] != images:
        terms = [name for name in COUNTED if name in settings]
        yield Problem(f"{key}.images", f"{dataset['images']}", f"{' + '.join(terms)} = {images}")


def _counts(splits: Block) -> str:
    return ", ".join(f"{name}: {count}" for name, count in splits.items())


def _archives(dataset: Block, key: str) -> Iterator[Problem]:
    names = [archive["name"] for archive in dataset["archives"]]
    if len(set(names)) < len(names):
        yield Problem(f"{key}.archives", "a name twice", "each archive once", "delete one entry")
    for archive in dataset["archives"]:
        if not {"md5", "sha256", "digest"} & archive.keys():
            yield Problem(
                f"{key}.archives",
                f"no checksum of {archive['name']}",
                "its md5 or sha256",
                "add what its publisher states, or `digest: unknown` where that is nothing",
            )


def _weights(weights: Block, key: str) -> Iterator[Problem]:
    network = weights["network"]
    yield from multiple(
        network["image_size"], network["patch_size"], f"{key}.network.image_size", "patch_size"
    )
    if "pretraining" in weights:
        settings = weights["pretraining"]
        yield from below(
            settings["warmup_iterations"],
            settings["iterations"],
            f"{key}.pretraining.warmup_iterations",
            "iterations",
        )


def _references(run: Block, experiment: Block, project: Path, key: str) -> Iterator[Problem]:
    methods = [
        folder.name
        for folder in (project / "methods").iterdir()
        if all((folder / f"{part}.py").is_file() for part in METHOD_PARTS)
    ]
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
    used = {"train_split": run["train_split"], "evaluation.split": run["evaluation"]["split"]}
    if "submission" in run:
        used["submission.split"] = run["submission"]["split"]
    for field, split in used.items():
        if split not in splits_of(dataset):
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, which the data set has not",
                nearest(split, splits_of(dataset)),
                "correct the split",
            )
        elif split == WITHHELD and field != "submission.split":
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, whose labels only the evaluation server has",
                "a split with labels",
                "choose another split",
            )
        elif field != "train_split" and split == run["train_split"]:
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, which is trained on",
                "a split that training has not seen",
                "choose another split",
            )


def _checkpoint(run: Block, splits: list[str], key: str) -> Iterator[Problem]:
    checkpoint = run["checkpoint"]
    read = {"iteration": ["iteration"], "best": ["split"], "file": ["path", "sha256"]}
    for field in checkpoint:
        if field not in ("rule", *read.get(checkpoint["rule"], [])):
            yield Problem(
                f"{key}.{field}",
                f"this key with the rule {checkpoint['rule']!r}",
                f"it with the rule {next(rule for rule, keys in read.items() if field in keys)!r}",
                "delete it or change the rule",
            )
    if checkpoint["rule"] != "best":
        return
    split = checkpoint["split"]
    if split not in splits or split == WITHHELD:
        known = [name for name in splits if name != WITHHELD]
        yield Problem(f"{key}.split", f"{split!r}", nearest(split, known), "correct the split")
    scored = {protocol["split"] for protocol in run["protocols"].values()}
    if split in scored | {run["evaluation"]["split"], run.get("submission", {}).get("split")}:
        yield Problem(
            f"{key}.split",
            f"{split!r}, which is a split that is scored",
            "a split that no number is reported on",
            "choose held_out, and train_kept as train_split",
        )
    if split == run["train_split"] or (split == "held_out" and run["train_split"] != "train_kept"):
        yield Problem(
            f"{key}.split",
            f"{split!r}, which is trained on",
            "a split that training has not seen",
            "set train_split to train_kept, which leaves held_out out",
        )


def _agreement(runs: Block) -> Iterator[Problem]:
    """The controls of a data set are scored once, for all of its runs."""
    first: dict[str, str] = {}
    for name, run in runs.items():
        other = first.setdefault(run["dataset"], name)
        theirs = _control_settings(runs[other])
        for field, value in _control_settings(run).items():
            if value != theirs[field]:
                yield Problem(
                    f"runs.{name}.{field}",
                    f"{value!r}",
                    f"{theirs[field]!r} as in runs.{other}, which has the same data set",
                    "let them agree, since the controls are scored once a data set",
                )


def _control_settings(run: Block) -> dict[str, Any]:
    """What the controls of the run's data set take from it."""
    evaluation = run["evaluation"]
    return {
        "train_split": run["train_split"],
        "evaluation.split": evaluation["split"],
        "evaluation.bootstrap": evaluation["bootstrap"],
    }
