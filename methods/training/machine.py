"""The machine that a training ran on."""

import platform
import resource
import socket
import sys

import torch

from methods.cards import driver_version
from methods.processors import processor_name


def describe_machine(device: torch.device) -> dict[str, str | int | bool | None]:
    """Facts that decide speed and the last bits of a result, ready for JSON.

    Args:
        device: that the model was on; `gpu`, `driver` and `cuda` (the version that torch was built
            for) are None where it is the CPU. `deterministic` says whether torch refuses what does
            not give equal bits every time, `tf32` whether a GPU may use TF32 in float32 products
            and convolutions.
    """
    on_gpu = device.type == "cuda"
    return {
        "host": socket.gethostname(),
        "system": platform.platform(),
        "processor": processor_name(),
        "gpu": torch.cuda.get_device_name(device) if on_gpu else None,
        "driver": (driver_version() or "unknown") if on_gpu else None,  # nvidia-smi may be missing
        "cuda": torch.version.cuda if on_gpu else None,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "tf32": torch.backends.cuda.matmul.allow_tf32 and torch.backends.cudnn.allow_tf32,
    }


def peak_memory(device: torch.device) -> dict[str, int | None]:
    """The most memory that this process has taken so far, bytes, ready for JSON.

    Args:
        device: that computes.

    Returns:
        `gpu_allocated`: of tensors on the GPU. `gpu_reserved`: what torch held for them, which is
        what the driver shows but for its own share. Both None where the device is the CPU.
        `resident`: of the machine's memory.
    """
    on_gpu = device.type == "cuda"
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss
    return {
        "gpu_allocated": torch.cuda.max_memory_allocated(device) if on_gpu else None,
        "gpu_reserved": torch.cuda.max_memory_reserved(device) if on_gpu else None,
        "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
    }
