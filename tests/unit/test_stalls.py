"""A loader that stalls, or loses a process, is one sentence."""

import os
import signal
import time

import pytest
from torch.utils.data import DataLoader, Dataset

from methods.errors import InputError
from methods.training.stalls import limit_wait, loading_explained

LONG = 600.0  # seconds


class Stalling(Dataset[int]):
    """Its second item takes long, or kills the process."""

    def __init__(self, *, kills: bool) -> None:
        self._kills = kills

    def __len__(self) -> int:
        return 2

    def __getitem__(self, position: int) -> int:
        if position and self._kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if position:
            time.sleep(LONG)
        return position


def load(*, kills: bool, minutes: float) -> None:
    loader = DataLoader(Stalling(kills=kills), num_workers=1)
    limit_wait(loader, minutes)
    start = time.monotonic()
    with pytest.raises(InputError) as told, loading_explained():
        for _ in loader:
            continue
    assert time.monotonic() - start < LONG / 2
    raise told.value


def test_no_batch_within_the_time_is_told() -> None:
    with pytest.raises(InputError) as told:
        load(kills=False, minutes=0.02)
    assert str(told.value) == (
        "the loader of the training images: found no batch within 0.02 minutes, expected one by"
        " then; see whether the disk of the images answers, and how busy the machine is, or raise"
        " `guards: loader_minutes` in config.yaml; the next call goes on from the last state."
    )


def test_a_killed_process_is_told() -> None:
    with pytest.raises(InputError, match=r"found a process that ended \(DataLoader worker \(pid"):
        load(kills=True, minutes=10)


def test_other_errors_pass() -> None:
    with pytest.raises(RuntimeError, match=r"^shapes differ$"), loading_explained():
        raise RuntimeError("shapes differ")


def test_without_processes_there_is_no_limit() -> None:
    loader = DataLoader(Stalling(kills=False))
    limit_wait(loader, 1)
    assert loader.timeout == 0
    assert int(next(iter(loader))) == 0
