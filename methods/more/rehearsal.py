"""A training of MoRe in two iterations: all losses, with the early and then with the late masks."""

from collections.abc import Mapping
from typing import Any

_ITERATIONS = 2


def iterations(run: Mapping[str, Any], images: int) -> int:
    """Iterations of a run; they are stated, whatever the images of the training split."""
    return int(run["training"]["iterations"])


def images(run: Mapping[str, Any]) -> int:
    """Images that the training split of a rehearsal needs: a batch."""
    return int(run["training"]["batch_size"])


def shortened(training: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a training, cut to two iterations with a checkpoint behind each."""
    starts = dict.fromkeys(("ptc_start", "region_start", "seg_start"), -1)
    return {
        **training,
        "iterations": _ITERATIONS,
        "checkpoint_every": 1,
        "log_every": 1,
        "schedule": {**training["schedule"], "warmup_iterations": 1},
        "losses": {**training["losses"], **starts, "mask_switch": 0},
    }
