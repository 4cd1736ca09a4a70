"""The machine that a training ran on."""

import platform
import socket

import torch

from methods.devices import processor_name


def describe_machine(device: torch.device) -> dict[str, str | int | bool | None]:
    """Facts that decide speed and the last bits of a result, ready for JSON.

    Args:
        device: that the model was on; `gpu` is None where it is the CPU. `deterministic` tells
            whether torch refuses what does not give equal bits every time, `tf32` whether a GPU
            may use TF32 in float32 products and convolutions.
    """
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": processor_name(),
        "gpu": torch.cuda.get_device_name(device) if device.type == "cuda" else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "tf32": torch.backends.cuda.matmul.allow_tf32 and torch.backends.cudnn.allow_tf32,
    }
