"""Fixtures that several files share."""

import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.unit.small_driver import Driver


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A driver of GPUs that has no answer yet."""
    return Driver(tmp_path, monkeypatch)


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no proxy, nor a host for which none is asked."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of each pause between the tries of a download, none of which is waited for."""
    taken: list[float] = []
    impatient = SimpleNamespace(sleep=taken.append, monotonic=time.monotonic)
    monkeypatch.setattr("methods.data.transfer.time", impatient)
    return taken


@pytest.fixture
def no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the program of NVIDIA's driver."""
    monkeypatch.setenv("PATH", str(tmp_path))
