"""Which protocol stands for a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.box_protocols import read_box_protocols
from methods.data.files import read_json
from methods.protocols import read_protocols

_Claimed = list[tuple[str, str]]  # (run, protocol) of each claim, in their order


def read_headlines(verdicts: Path, experiment: Mapping[str, Any]) -> dict[str, str]:
    """The protocol that stands for each run on the split that it is judged on, by the run's name.

    Where the experiment compares runs (its block `ablation`), it is the protocol that they are
    compared by, of every run of that task that has it on that split. Of all others it is the one
    that the first claim about the run names. Without such a claim it is, of a segmentation run,
    the one that the first claim about any such run names, so that runs can be compared, else its
    last one of the decoder; of a localization run its first one. An oracle, whose threshold is the
    best one on that split, never stands for a run.

    Raises:
        InputError: there are no verdicts.
    """
    runs = experiment["runs"]
    quantities = [entry["quantity"] for entry in read_json(verdicts)["verdicts"]]
    claimed = [(q["run"], q["protocol"]) for q in quantities if q is not None and "protocol" in q]
    of_task = {"segmentation": _of_segmentation, "localization": _of_localization}
    headlines = {}
    for name, run in runs.items():
        same = [pair for pair in claimed if runs[pair[0]]["task"] == run["task"]]
        named = [*_compared_by(run, experiment), *_about(name, same)]
        headlines[name] = of_task[run["task"]](run, named, same)
    return headlines


def _compared_by(run: Mapping[str, Any], experiment: Mapping[str, Any]) -> list[str]:
    """The protocol of the ablation; none where runs of another task or split are compared."""
    ablation = experiment.get("ablation")
    if ablation is None or ablation["split"] != run["evaluation"]["split"]:
        return []
    same = run["task"] == experiment["runs"][ablation["full"]]["task"]
    return [ablation["protocol"]] if same else []


def _of_segmentation(run: Mapping[str, Any], first: list[str], claimed: _Claimed) -> str:
    split = run["evaluation"]["split"]
    judged = [k for k, p in read_protocols(run).items() if p.of_decoder and p.split == split]
    named = [*first, *(protocol for _, protocol in claimed)]
    return next((key for key in named if key in judged), judged[-1])


def _of_localization(run: Mapping[str, Any], first: list[str], _: _Claimed) -> str:
    split = run["evaluation"]["split"]
    protocols = read_box_protocols(run)
    judged = [key for key, p in protocols.items() if p.split == split and not p.is_oracle]
    return next((key for key in first if key in judged), judged[0])


def _about(name: str, claimed: _Claimed) -> list[str]:
    return [protocol for of, protocol in claimed if of == name]
