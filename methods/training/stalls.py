"""A loader that gives no batch any more stops the training, and says where to look."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from torch.utils.data import DataLoader

from methods.errors import InputError

_WHERE = "the loader of the training images"
_ON = "the next call goes on from the last state"


def limit_wait(loader: DataLoader[Any], minutes: float) -> None:
    """Let a loader raise where no batch comes, which `loading_explained` turns into a sentence.

    Args:
        loader: that has not started. One without processes reads the images itself, so that nobody
            is there to wait.
        minutes: that a batch is waited for.
    """
    if loader.num_workers:
        loader.timeout = 60 * minutes


@contextmanager
def loading_explained() -> Iterator[None]:
    """Say in one sentence what torch says of a loader that stalls or loses a process.

    Raises:
        InputError: that sentence; torch raises anywhere in the block where a process was killed.
    """
    try:
        yield
    except RuntimeError as error:
        text = str(error)
        if text.startswith("DataLoader timed out"):
            seconds = float(text.split()[-2])
            raise InputError(
                _WHERE,
                f"no batch within {seconds / 60:g} minutes",
                "one by then",
                "see whether the disk of the images answers, and how busy the machine is, or raise"
                f" `guards: loader_minutes` in config.yaml; {_ON}",
            ) from error
        if text.startswith("DataLoader worker (pid"):
            raise InputError(
                _WHERE,
                f"a process that ended ({text.splitlines()[0].rstrip('. ')})",
                "processes that load to the end",
                "see whether main memory or /dev/shm ran out, or lower `loader_workers` of the"
                f" run; {_ON}",
            ) from error
        raise
