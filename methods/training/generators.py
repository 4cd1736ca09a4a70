"""The global generators of random numbers, as plain values of a state."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


def generator_states() -> dict[str, Any]:
    """Where the generators of torch (CPU and every GPU), NumPy and Python stand.

    Views need none of them: each is drawn by a seed of its own.
    """
    numpy: dict[str, Any] = dict(np.random.get_state(legacy=False))  # noqa: NPY002
    twister = {"key": numpy["state"]["key"].tolist(), "pos": numpy["state"]["pos"]}
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all(),  # none without a GPU
        "numpy": {**numpy, "state": twister},
        "python": random.getstate(),
    }


def set_generator_states(states: Mapping[str, Any]) -> None:
    """Put the generators where they stood.

    Args:
        states: of `generator_states`; those of GPUs that are not there are passed over.
    """
    torch.set_rng_state(states["torch"])
    for device, state in enumerate(states["cuda"][: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(state, device)
    twister = states["numpy"]["state"]
    key = np.array(twister["key"], dtype=np.uint32)
    np.random.set_state({**states["numpy"], "state": {**twister, "key": key}})  # noqa: NPY002
    random.setstate(states["python"])
