"""A SLURM cluster for the tests, where this machine can have one, and projects to run on it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.slurm.cluster import Cluster, lacking
from tests.workflow.conftest import Project, copy_project


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A running cluster of one node, stopped at the end, also where its start fails."""
    reason = lacking()
    if reason is not None:
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="slurm") as folder:
        started = Cluster(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def fresh_project(tmp_path: Path) -> Project:
    """A project in which nothing has run, with a blank in its path."""
    return copy_project(tmp_path / "a project")
