"""Which protocol stands for a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.box_protocols import read_box_protocols
from methods.data.files import read_json
from methods.protocols import read_protocols

_Claimed = list[tuple[str, str]]  # (run, protocol) of each claim, in their order


def read_headlines(verdicts: Path, runs: Mapping[str, Any]) -> dict[str, str]:
    """The protocol that stands for each run on the split that it is judged on, by the run's name.

    It is the one that the first claim about the run names. Without such a claim it is, of a
    segmentation run, the one that the first claim about any such run names, so that runs can be
    compared, else its last one of the decoder; of a localization run its first one. An oracle,
    whose threshold is the best one on that split, never stands for a run.

    Raises:
        InputError: there are no verdicts.
    """
    quantities = [entry["quantity"] for entry in read_json(verdicts)["verdicts"]]
    claimed = [(q["run"], q["protocol"]) for q in quantities if q is not None and "protocol" in q]
    of_task = {"segmentation": _of_segmentation, "localization": _of_localization}
    headlines = {}
    for name, run in runs.items():
        same = [pair for pair in claimed if runs[pair[0]]["task"] == run["task"]]
        headlines[name] = of_task[run["task"]](name, run, same)
    return headlines


def _of_segmentation(name: str, run: Mapping[str, Any], claimed: _Claimed) -> str:
    split = run["evaluation"]["split"]
    judged = [k for k, p in read_protocols(run).items() if p.of_decoder and p.split == split]
    named = [*_about(name, claimed), *(protocol for _, protocol in claimed)]
    return next((key for key in named if key in judged), judged[-1])


def _of_localization(name: str, run: Mapping[str, Any], claimed: _Claimed) -> str:
    split = run["evaluation"]["split"]
    protocols = read_box_protocols(run)
    judged = [key for key, p in protocols.items() if p.split == split and not p.is_oracle]
    return next((key for key in _about(name, claimed) if key in judged), judged[0])


def _about(name: str, claimed: _Claimed) -> list[str]:
    return [protocol for of, protocol in claimed if of == name]
