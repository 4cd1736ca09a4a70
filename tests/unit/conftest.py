"""Fixtures that several files share."""

from pathlib import Path

import pytest

from tests.unit.small_driver import Driver


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A driver of GPUs that has no answer yet."""
    return Driver(tmp_path, monkeypatch)


@pytest.fixture
def no_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the program of NVIDIA's driver."""
    monkeypatch.setenv("PATH", str(tmp_path))
