"""Folders that the pipeline writes to are looked at before anything runs."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from methods.configuration.loading import load_configuration
from methods.configuration.storage import require_writable
from methods.errors import InputError
from tests.unit.small_project import copy_project

OTHER_USER = 65534  # nobody


def test_folder_that_can_be_made_is_accepted(tmp_path: Path) -> None:
    require_writable(tmp_path / "not/yet there", "storage.data")
    assert list(tmp_path.iterdir()) == []


def test_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="which is a file"):
        require_writable(tmp_path / "file/results", "storage.results")


def test_broken_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "not mounted")
    with pytest.raises(InputError, match="link, which is a broken link"):
        require_writable(tmp_path / "link", "storage.results")


@contextmanager
def as_ordinary_user(folder: Path) -> Iterator[None]:
    """Root may write anywhere; as it, become another user who may reach the folder meanwhile."""
    user, modes = os.geteuid(), {}
    if user == 0:
        modes = {parent: stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents}
        modes = {parent: mode for parent, mode in modes.items() if mode & 0o011 != 0o011}
        for parent, mode in modes.items():
            parent.chmod(mode | 0o011)
        os.seteuid(OTHER_USER)
    try:
        yield
    finally:
        os.seteuid(user)
        for parent, mode in modes.items():
            parent.chmod(mode)


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_read_only_folder_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode)
    with as_ordinary_user(folder), pytest.raises(InputError, match="which is read-only"):
        require_writable(folder / "results", "storage.results")


def test_read_only_results_of_the_experiment_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = copy_project(tmp_path)
    for folder in ("results", "data", "weights"):
        (project / folder).mkdir()
        (project / folder).chmod(0o777)
    results = project / "results/mini"
    results.mkdir(0o555)
    said = rf"storage\.results: found {results.relative_to(project)}, which is read-only"
    with as_ordinary_user(results), pytest.raises(InputError, match=said):
        load_configuration(project, {})
