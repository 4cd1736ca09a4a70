"""Seeds and devices."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from methods.errors import InputError


def seed_everything(seed: int) -> None:
    """Seed the global generators of torch (every device), NumPy and Python.

    As in the published program, cuDNN then takes deterministic algorithms without trying out
    which is fastest. Other operations on a GPU stay free to vary in the last bits, unless
    `methods.training.determinism` binds them.
    """
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (libraries draw from the global generator)
    random.seed(seed)


@contextmanager
def seeded_torch(seed: int) -> Iterator[None]:
    """Seed torch's global generator of the CPU for a block; behind it, it goes on as before.

    Those of GPUs, which the drop paths of a training come from, are left alone: `torch.manual_seed`
    would seed them as well.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


@contextmanager
def seeded_generators(seed: int) -> Iterator[None]:
    """Seed torch's global generator of the CPU, NumPy's and Python's for a block.

    Behind the block they go on as if it had not been.

    Args:
        seed: below 2**64. NumPy's generator is seeded by its SeedSequence, since it would give the
            numbers of Python's if both were seeded in the same way.
    """
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with seeded_torch(seed):
            random.seed(seed)
            np.random.seed(np.random.SeedSequence(seed).generate_state(4))  # noqa: NPY002
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002


def allow_tf32(allowed: bool) -> None:
    """Let a GPU round the factors of float32 products and convolutions to 10 bits of mantissa.

    torch's own default allows it for convolutions alone.
    """
    torch.backends.cuda.matmul.allow_tf32 = allowed
    torch.backends.cudnn.allow_tf32 = allowed


def select_device(name: str) -> torch.device:
    """The device that `device` in config.yaml asks for: auto, cpu or cuda.

    Raises:
        InputError: cuda is asked for and no GPU answers.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("config.yaml", "device: cuda", "a GPU that torch can use", "set auto")
    return torch.device(name)


def forks(device: torch.device, threads: int) -> int:
    """Return how many forked processes may compute at once: none where the device is a GPU.

    Args:
        device: that computes.
        threads: of the job; on the CPU each is a fork of its own.
    """
    return threads if device.type == "cpu" else 0
