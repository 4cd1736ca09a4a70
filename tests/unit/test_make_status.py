"""What `make status` says where there is no environment yet."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
READY = "The environment is not ready; `make report` makes it."
AT_WORK = "The environment is being installed at this moment; no job runs before it is whole."

# In place of Python 3.11: the interpreter of the environment that it makes calls `make status` and
# fails, so that the status is asked for in the midst of an installation.
PYTHON = """#!/bin/sh
case "$*" in
*"-m venv"*)
    mkdir -p .venv/bin
    printf '#!/bin/sh\\nmake status >said 2>&1\\nexit 1\\n' >.venv/bin/python
    chmod +x .venv/bin/python ;;
*sys.version_info*%d*) echo python3.11 ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without an environment."""
    shutil.copytree(PROJECT / "envs/locks", tmp_path / "envs/locks")
    for file in ("Makefile", "envs/install.sh", "envs/ready.sh"):
        shutil.copy2(PROJECT / file, tmp_path / file)
    return tmp_path


@pytest.fixture
def cache() -> Iterator[str]:
    """A folder without a blank in its path, which the one for temporary files may have."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        yield folder


def status(project: Path, path: str = os.environ["PATH"]) -> list[str]:
    """What it says, less make's own last line."""
    make = shutil.which("make")
    assert make is not None
    call = [make, "--silent", "status"]
    done = subprocess.run(
        call, cwd=project, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    return done.stderr.splitlines()[:-1]


def install(project: Path, python: Path, **variables: str) -> str:
    """What the installer says, with a given interpreter."""
    done = subprocess.run(
        ["envs/install.sh"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "PYTHON": str(python), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_a_project_without_an_environment(project: Path) -> None:
    assert status(project) == [READY]


def test_an_environment_without_its_interpreter(project: Path) -> None:
    (project / ".venv/bin").mkdir(parents=True)
    (project / ".venv/installed").touch()
    assert status(project) == [READY]
    (project / ".venv/bin/python").symlink_to("python-of-a-machine-before")
    assert status(project) == [READY]


def test_one_who_asks_takes_another_for_no_installation(project: Path) -> None:
    with (project / "envs/locks/common.txt").open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert status(project) == [READY]
        fcntl.flock(file, fcntl.LOCK_EX)
        assert status(project) == [AT_WORK]


def test_a_machine_without_flock(project: Path) -> None:
    tools = project / "tools"
    tools.mkdir()
    for tool in ("bash", "dirname"):
        found = shutil.which(tool)
        assert found is not None
        (tools / tool).symlink_to(found)
    assert status(project, str(tools)) == [READY]


def test_while_the_environment_is_made(project: Path, cache: str) -> None:
    python = project / "python3.11"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    assert "The environment is not whole" in install(project, python, XDG_CACHE_HOME=cache)
    assert AT_WORK in (project / "said").read_text(encoding="utf-8")
    assert status(project) == [READY]  # once that has failed


def test_the_environment_of_another_clone_is_not_made_anew(project: Path, cache: str) -> None:
    other = project / "other/.venv"
    other.mkdir(parents=True)
    (other / "installed").touch()
    (project / ".venv").symlink_to(other)
    said = install(project, project / "no python", HOME=cache)
    assert said.startswith(f"{project}/.venv: found a link, expected a folder of this clone alone")
    assert (other / "installed").exists()


def test_a_user_without_a_home_in_the_environment(project: Path, cache: str) -> None:
    place = shutil.copytree(project, Path(cache) / "project")  # no blank: no cache is needed
    said = install(place, place / "no python")
    assert said.startswith(f"{place}/no python: found neither 3.11 nor 3.12, expected one of")
