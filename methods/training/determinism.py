"""Equal bits from equal inputs: what a process has to do, and to refuse, for it.

Source: PyTorch's notes on reproducibility and `torch.use_deterministic_algorithms`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from methods.errors import InputError

# More threads add up in parts whose number they are, so that the last bits would be the machine's.
THREADS = 1
# Two buffers of cuBLAS that it divides in the same way every time; read when CUDA starts.
_CUBLAS = ("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def is_deterministic(asked: str, device: torch.device) -> bool:
    """Return whether a device computes deterministically.

    Args:
        asked: `deterministic` of config.yaml: true, false, or auto, which is true on the CPU alone.
        device: that computes.
    """
    return device.type == "cpu" if asked == "auto" else asked == "true"


def derived_settings(asked: str, device: torch.device) -> dict[str, bool | int | None]:
    """What follows for a run, ready for YAML.

    Args:
        asked: as of `is_deterministic`.
        device: that computes.

    Returns:
        Whether it is `deterministic`, and with how many `threads` the CPU computes: None for as
        many as the job is given.
    """
    deterministic = is_deterministic(asked, device)
    fixed = deterministic and device.type == "cpu"
    return {"deterministic": deterministic, "threads": THREADS if fixed else None}


@contextmanager
def computing(asked: str, device: torch.device) -> Iterator[None]:
    """Compute a block deterministically, or not, and put torch's settings back behind it.

    Enter it before anything is computed on a GPU: cuBLAS reads its setting once.

    Args:
        asked: as of `is_deterministic`.
        device: that computes.

    Raises:
        InputError: an operation has no deterministic form. It is not let through with a warning:
            then the attention of torch would go back to an order of its own as well.
    """
    before = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    deterministic = is_deterministic(asked, device)
    if deterministic:
        os.environ.setdefault(*_CUBLAS)
    torch.use_deterministic_algorithms(deterministic)
    if deterministic and device.type == "cpu":
        torch.set_num_threads(THREADS)
    try:
        yield
    except RuntimeError as error:
        if not (deterministic and "deterministic" in str(error)):
            raise
        raise InputError(
            "config.yaml, deterministic",
            f"an operation that this torch has no deterministic form of ({_named(error)})",
            "operations that give equal bits every time",
            "set deterministic: false",
        ) from error
    finally:
        torch.use_deterministic_algorithms(before[0])
        torch.set_num_threads(before[1])


def _named(error: RuntimeError) -> str:
    """The operation that torch refuses, as it names it."""
    return str(error).partition(" does not have")[0].partition("\n")[0][:100]
