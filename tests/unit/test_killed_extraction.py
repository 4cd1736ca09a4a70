"""A killed process leaves nothing under the final name, and the next one clears up after it."""

import io
import signal
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from methods.data.archives import extract_archives
from methods.data.files import atomic_folder

FILES = 20_000
LIMIT = 2**30
CHILD = """
import sys
from methods.data.archives import extract_archives
extract_archives(sys.argv[1:2], sys.argv[2], 2**30)
"""
# Holds the folder open until a line comes.
HOLDER = """
import sys
from methods.data.files import atomic_folder
with atomic_folder(sys.argv[1]) as folder:
    (folder / "name").write_text(sys.argv[2])
    print(folder, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "a.tar"
    with tarfile.open(path, "w") as stream:
        for number in range(FILES):
            member = tarfile.TarInfo(f"{number:05d}")
            member.size = 3
            stream.addfile(member, io.BytesIO(b"abc"))
    return path


def start(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def wait_until_half(folder: Path) -> Path:
    """Return the temporary folder once it holds some files."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for path in folder.glob(".tree.????????"):
            if (path / "00100").exists():
                return path
    raise AssertionError("nothing was extracted")


def kill_in_the_middle(archive: Path, folder: Path) -> Path:
    process = start(CHILD, archive, folder / "tree")
    half = wait_until_half(folder)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    return half


def test_a_killed_extraction(archive: Path, tmp_path: Path) -> None:
    half = kill_in_the_middle(archive, tmp_path)
    assert not (tmp_path / "tree").exists()
    assert 100 < len(names(half)) < FILES
    assert extract_archives([archive], tmp_path / "tree", LIMIT).files == FILES
    assert len(names(tmp_path / "tree")) == FILES
    assert names(tmp_path) == {"tree"}


def test_a_killed_extraction_keeps_the_older_tree(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/older").touch()
    kill_in_the_middle(archive, tmp_path)
    assert names(tmp_path / "tree") == {"older"}


def test_two_extractions_at_once(archive: Path, tmp_path: Path) -> None:
    both = [start(CHILD, archive, tmp_path / "tree") for _ in range(2)]
    said = [process.communicate(timeout=120)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert len(names(tmp_path / "tree")) == FILES
    assert names(tmp_path) == {"tree"}


def test_a_second_process_waits_and_harms_nothing(tmp_path: Path) -> None:
    first = start(HOLDER, tmp_path / "tree", "first")
    assert first.stdout
    folder = Path(first.stdout.readline().strip())
    second = start(HOLDER, tmp_path / "tree", "second")
    assert second.stderr
    assert second.stderr.readline() == f"{tmp_path}/tree: another process makes it; waiting\n"
    assert (folder / "name").read_text() == "first"
    first.communicate("\n", timeout=60)
    second.communicate("\n", timeout=60)
    assert (first.returncode, second.returncode) == (0, 0)
    assert (tmp_path / "tree/name").read_text() == "second"
    assert names(tmp_path) == {"tree"}


def test_a_process_that_waits_goes_on_when_the_first_is_killed(tmp_path: Path) -> None:
    first = start(HOLDER, tmp_path / "tree", "first")
    assert first.stdout
    first.stdout.readline()
    second = start(HOLDER, tmp_path / "tree", "second")
    assert second.stderr
    assert second.stderr.readline().endswith("waiting\n")
    first.kill()
    first.wait()
    second.communicate("\n", timeout=60)
    assert second.returncode == 0
    assert (tmp_path / "tree/name").read_text() == "second"
    assert names(tmp_path) == {"tree"}


def test_only_its_own_leftovers_are_removed(tmp_path: Path) -> None:
    others = {".tree.0123456", ".tree.0123456z", ".trees.01234567", "tree.01234567", ".tree.x"}
    for name in (*others, ".tree.01234567", ".tree.89abcdef"):
        (tmp_path / name / "deep").mkdir(parents=True)
    (tmp_path / ".tree.aaaaaaaa").write_text("a file")
    with atomic_folder(tmp_path / "tree"):
        pass
    assert names(tmp_path) == others | {".tree.aaaaaaaa", "tree"}
