"""A training of CDTR in two epochs of one iteration, with the whole batch of all processes."""

from collections.abc import Mapping
from typing import Any

from methods.cdtr.epochs import plan_epochs
from methods.cdtr.settings import TrainingSettings
from methods.settings import build

_EPOCHS = 2


def iterations(run: Mapping[str, Any], images: int) -> int:
    """Iterations of a run over a training split of so many images."""
    settings = build(TrainingSettings, run["training"])
    return settings.epochs * plan_epochs(images, settings).iterations


def images(run: Mapping[str, Any]) -> int:
    """Images that the training split of a rehearsal needs: what all processes show at once."""
    return _shown(run["training"])


def shortened(training: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a training, cut to two epochs with a checkpoint behind each."""
    return {
        **training,
        "epochs": _EPOCHS,
        "checkpoint_every": 1,
        "schedule": {**training["schedule"], "warmup_epochs": 1},
        "sampler": {**training["sampler"], "round_to": _shown(training)},
    }


def _shown(training: Mapping[str, Any]) -> int:
    return int(training["batch_size"] * training["emulate_processes"])
