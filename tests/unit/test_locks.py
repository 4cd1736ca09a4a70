"""Without locks, a download and a folder are made all the same, and nothing is removed."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.downloads import Wanted, fetch
from methods.data.files import atomic_folder, sha256
from methods.errors import InputError


def download(folder: Path) -> None:
    source = folder / "source"
    source.write_text("content")
    digest = sha256(source)
    fetch(Wanted("made", (source.as_uri(),), None, {"sha256": digest}), folder / "made")
    source.unlink()


def make(folder: Path) -> None:
    with atomic_folder(folder / "made"):
        pass


LEFT = {download: ".made.part", make: ".made.01234567"}  # by processes that were killed
both = pytest.mark.parametrize("act", [download, make])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def leave(folder: Path, act: Callable[[Path], None]) -> str:
    name = LEFT[act]
    (folder / name).mkdir() if act is make else (folder / name).touch()
    return name


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the system answer each lock with an error of this number."""

    def fail(number: int) -> None:
        def flock(descriptor: int, operation: int) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr("fcntl.flock", flock)

    return fail


@both
def test_with_locks_what_killed_processes_left_is_removed(
    tmp_path: Path, act: Callable[[Path], None]
) -> None:
    leave(tmp_path, act)
    act(tmp_path)
    assert names(tmp_path) == {"made"}


@both
@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS])
def test_without_locks_nothing_is_removed(
    tmp_path: Path, failing: Callable[[int], None], act: Callable[[Path], None], number: int
) -> None:
    left = leave(tmp_path, act)
    failing(number)
    act(tmp_path)
    assert names(tmp_path) == {left, "made"}


@both
def test_another_failure_is_one_sentence(
    tmp_path: Path, failing: Callable[[int], None], act: Callable[[Path], None]
) -> None:
    failing(errno.EIO)
    with pytest.raises(InputError, match=r"made: found a place .* \(input/output error\)"):
        act(tmp_path)
    assert "made" not in names(tmp_path)
