"""What differs in the settings of two runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from methods.reporting.deviations import flatten

# What a run is called, what is shown of it, and what is scored make no difference between two runs.
_OF_NO_RESULT = ("method", "task", "evaluation", "gallery", "protocols", "accept")
_ABSENT = "absent"


def differences(run: Mapping[str, Any], full: Mapping[str, Any], protocol: str) -> Iterator[str]:
    """What differs in the settings of two runs, such as "training.epochs 110 -> 50".

    Args:
        run: its block of the experiment.
        full: that of the run it is compared with.
        protocol: name of the protocol that both are scored by.
    """
    ours, theirs = _settings(run, protocol), _settings(full, protocol)
    for key in dict.fromkeys((*theirs, *ours)):
        pair = theirs.get(key, _ABSENT), ours.get(key, _ABSENT)
        if pair[0] != pair[1]:
            yield f"{key} {pair[0]} -> {pair[1]}"
    accepted = [entry for entry in run.get("accept", ()) if entry not in full.get("accept", ())]
    if accepted:
        yield f"accepted: {', '.join(accepted)}"


def _settings(run: Mapping[str, Any], protocol: str) -> dict[str, str]:
    kept = {key: value for key, value in run.items() if key not in _OF_NO_RESULT}
    return dict(flatten({**kept, "protocol": run["protocols"][protocol]}))
