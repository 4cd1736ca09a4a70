"""Fixtures that several files share."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from methods.configuration.experiments import read_experiment
from methods.configuration.loading import Configuration
from tests.unit.small_driver import Driver
from tests.unit.small_plan import PROJECT, configuration, only, small_experiment


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A driver of GPUs that has no answer yet."""
    return Driver(tmp_path, monkeypatch)


@pytest.fixture
def heeded() -> Iterator[None]:
    """A shell has its background jobs ignore Ctrl-C, and so may whoever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of each pause between the tries of a download, none of which is waited for."""
    taken: list[float] = []
    impatient = SimpleNamespace(sleep=taken.append, monotonic=time.monotonic)
    monkeypatch.setattr("methods.data.transfer.time", impatient)
    return taken


@pytest.fixture
def paper(tmp_path: Path) -> Configuration:
    """The run of MoRe of the experiment `paper`, with an empty storage."""
    return configuration(tmp_path, only("more", read_experiment(PROJECT, "paper")))


@pytest.fixture
def small(tmp_path: Path) -> Configuration:
    """A run whose sizes can be counted by hand, with an empty storage."""
    return configuration(tmp_path, small_experiment())


@pytest.fixture
def no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the program of NVIDIA's driver."""
    monkeypatch.setenv("PATH", str(tmp_path))
