"""What a run names must be there, and runs that are compared must agree."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest
from methods.configuration.weights_checks import is_clip
from methods.data.splits import sizes, withheld
from methods.metric_names import COMPARED

_METHOD_PARTS = ("training", "inference", "checks", "cost", "rehearsal", "words", "methods_text")
_PARTS_OF_TASK = {"segmentation": ("validation",), "localization": ()}
_TASKS = {
    "voc": "segmentation",
    "coco": "segmentation",
    "cub": "localization",
    "ilsvrc": "localization",
}
_KEYS_OF_RULE = {"iteration": ["iteration"], "best": ["split"], "file": ["path", "sha256"]}


def reference_problems(run: Block, experiment: Block, project: Path, key: str) -> Iterator[Problem]:
    """Method, data set and weights that are not there; the run stands at `key`."""
    parts = [*_METHOD_PARTS, *_PARTS_OF_TASK[run["task"]]]
    methods = [
        folder.name
        for folder in (project / "methods").iterdir()
        if all((folder / f"{part}.py").is_file() for part in parts)
    ]
    for field, known in (
        ("method", methods),
        ("dataset", list(experiment["datasets"])),
        ("weights", list(experiment["weights"])),
        ("guide", list(experiment["weights"])),
    ):
        if field in run and run[field] not in known:
            yield Problem(
                f"{key}.{field}",
                f"{run[field]!r}, which is not there",
                nearest(run[field], known),
                "correct the name or add it",
            )
    yield from _kinds(run, experiment["weights"], key)


def _kinds(run: Block, weights: Block, key: str) -> Iterator[Problem]:
    """A training starts from a backbone, and asks a pair of CLIP towers."""
    backbone, towers = "a backbone", "a pair of CLIP towers"
    for field, meant, other in (("weights", backbone, towers), ("guide", towers, backbone)):
        if field in run and is_clip(weights[run[field]]) != (meant is towers):
            yield Problem(
                f"{key}.{field}",
                f"{run[field]!r}, which is {other}",
                meant,
                "name other weights",
            )


def task_problems(run: Block, dataset: Block, key: str) -> Iterator[Problem]:
    """A task needs its own kind of ground truth; the run stands at `key`."""
    task = _TASKS[dataset["format"]]
    if run["task"] != task:
        yield Problem(
            f"{key}.dataset",
            f"{run['dataset']!r}, whose format {dataset['format']} is for {task}",
            f"a data set for {run['task']}",
            "choose another data set or another method",
        )


def checkpoint_problems(run: Block, key: str) -> Iterator[Problem]:
    """Keys that another rule reads; the run stands at `key`."""
    rule = run["checkpoint"]["rule"]
    for field in run["checkpoint"]:
        if field in ("rule", *_KEYS_OF_RULE.get(rule, [])):
            continue
        other = next(name for name, keys in _KEYS_OF_RULE.items() if field in keys)
        missing = other == "best" and run["task"] == "localization"  # the schema refuses the rule
        yield Problem(
            f"{key}.checkpoint.{field}",
            f"this key with the rule {rule!r}",
            "none, as no split chooses a checkpoint of localization"
            if missing
            else f"it with the rule {other!r}",
            "delete it" if missing else "delete it or change the rule",
        )


def split_problems(run: Block, dataset: Block, key: str) -> Iterator[Problem]:
    """Splits that the data set has not, or whose labels are withheld; the run stands at `key`."""
    known = list(sizes(dataset))
    for field, split in _named(run).items():
        if split not in known:
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, which the data set has not",
                nearest(split, known),
                "correct the split",
            )
        elif withheld(dataset["format"], split) and field != "submission.split":
            yield Problem(
                f"{key}.{field}",
                f"{split!r}, whose labels only the evaluation server has",
                "a split with labels",
                "choose another one; `submission` packs the label maps of this one",
            )


def _named(run: Block) -> dict[str, str]:
    """Every split that a run names, by its key."""
    blocks = {"evaluation": run["evaluation"], "submission": run.get("submission", {})}
    blocks["checkpoint"] = run["checkpoint"]
    blocks |= {f"protocols.{name}": protocol for name, protocol in run["protocols"].items()}
    fields = {"train_split": run["train_split"]}
    for name, block in blocks.items():
        fields |= {f"{name}.{key}": block[key] for key in ("split", "curve_split") if key in block}
    return fields


def agreement_problems(runs: Block) -> Iterator[Problem]:
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
    """What the controls of the run's data set take from it, by its key."""
    evaluation = run["evaluation"]
    return {
        "train_split": run["train_split"],
        "evaluation.split": evaluation["split"],
        **(
            {"inference": run["inference"]}  # true boxes lie in the crop that the network sees
            if run["task"] == "localization"
            else {"evaluation.bootstrap": evaluation["bootstrap"]}
        ),
    }


def ablation_problems(ablation: Block, runs: Block) -> Iterator[Problem]:
    """Runs are compared with the full one by one protocol, which all of them must have."""
    full, protocol, split = ablation["full"], ablation["protocol"], ablation["split"]
    if full not in runs:
        yield Problem(
            "ablation.full", f"{full!r}, which is no run", nearest(full, runs), "correct the name"
        )
    elif "metric" in ablation and ablation["metric"] not in COMPARED[runs[full]["task"]]:
        known = COMPARED[runs[full]["task"]]
        yield Problem(
            "ablation.metric",
            f"{ablation['metric']!r}, which runs.{full} has not",
            nearest(ablation["metric"], known),
            "choose a metric of its task",
        )
    for name, run in runs.items():
        known = run["protocols"]
        if full in runs and run["task"] != runs[full]["task"]:
            continue  # another kind of run, which the table leaves out
        if protocol not in known:
            yield Problem(
                "ablation.protocol",
                f"{protocol!r}, which runs.{name} has not",
                nearest(protocol, known),
                "add it to the run or compare by another one",
            )
        elif known[protocol]["split"] != split:
            yield Problem(
                "ablation.split",
                f"{split!r}",
                f"{known[protocol]['split']!r} as in runs.{name}.protocols.{protocol}",
            )
