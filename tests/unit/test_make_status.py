"""What `make status` says where there is no environment yet."""

import os
import shutil
import subprocess
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
    for file in ("Makefile", "envs/install.sh"):
        shutil.copy2(PROJECT / file, tmp_path / file)
    return tmp_path


def status(project: Path) -> str:
    call = ["make", "--silent", "status"]
    done = subprocess.run(call, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    return done.stderr


def test_a_project_without_an_environment(project: Path) -> None:
    assert READY in status(project)


def test_while_the_environment_is_made(project: Path) -> None:
    python = project / "python3.11"
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    done = subprocess.run(
        ["envs/install.sh"],
        cwd=project,
        env={"PATH": os.environ["PATH"], "HOME": str(project), "PYTHON": str(python)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "The environment is not whole" in done.stderr
    assert AT_WORK in (project / "said").read_text(encoding="utf-8")
    assert READY in status(project)  # once that has failed
