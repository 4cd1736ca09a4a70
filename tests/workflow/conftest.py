"""Finished projects, and copies that a test may change; their folders' names have blanks."""

from pathlib import Path

import pytest

from tests.workflow.cluster import lacking
from tests.workflow.cluster_runs import finish_on_cluster
from tests.workflow.projects import Project, copy_finished, copy_project, finish


@pytest.fixture
def fresh_project(tmp_path: Path) -> Project:
    """A project in which nothing has run."""
    return copy_project(tmp_path / "a project")


@pytest.fixture(scope="session")
def finished_chain(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose report is made; tests must leave it as it is."""
    return finish(tmp_path_factory.mktemp("chain") / "tiny chain", "tiny")


@pytest.fixture
def project(finished_chain: Project, tmp_path: Path) -> Project:
    """A copy of the finished project that a test may change."""
    return copy_finished(finished_chain, tmp_path)


@pytest.fixture(scope="session")
def finished_birds(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same of a localization run; tests must leave it as it is."""
    return finish(tmp_path_factory.mktemp("birds") / "tiny birds", "tiny_birds")


@pytest.fixture
def birds(finished_birds: Project, tmp_path: Path) -> Project:
    """A copy of it that a test may change."""
    return copy_finished(finished_birds, tmp_path)


@pytest.fixture(scope="session")
def finished_mini(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same of mini, trained for real; on a SLURM cluster where one can be started."""
    folder = tmp_path_factory.mktemp("mini") / "finished mini"
    return finish(folder, "mini") if lacking() else finish_on_cluster(folder, "mini")
