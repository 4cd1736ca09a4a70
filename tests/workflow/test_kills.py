"""What is made by jobs that were killed at any moment is what other jobs would have made."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from methods.data.files import sha256
from tests.workflow.conftest import Project

KILLS = int(os.environ.get("KILLS", "2"))  # of each job


def start_anew(folder: Path) -> None:
    """What Snakemake does before it starts a job that had not ended."""
    if folder.exists():
        shutil.rmtree(folder)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by its path there; Snakemake's own mark apart."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    own = ".snakemake_timestamp"
    return {str(file.relative_to(folder)): sha256(file) for file in files if file.name != own}


@pytest.mark.parametrize(
    ("script", "job", "made"),
    [
        ("predict_segmentation", "more.seed0.val.square", "predictions/val.square"),
        ("apply_crf", "more.seed0.val.crf", "crf/val.crf"),
    ],
)
def test_hard_kills_change_nothing(project: Project, script: str, job: str, made: str) -> None:
    """As many as the environment variable KILLS says, of the job as Snakemake started it."""
    folder = project.results / "more/seed0" / made
    whole = digests(folder)
    assert "index.json" in whole
    description = f"results/tiny/logs/{script}/{job}.log.job.json"
    call = [sys.executable, "-m", f"workflow_scripts.{script}", description]
    begun = time.monotonic()
    subprocess.run(call, cwd=project.folder, check=True, timeout=120)
    seconds = time.monotonic() - begun
    assert digests(folder) == whole
    moments = random.Random(KILLS)
    for _ in range(KILLS):
        start_anew(folder)
        killed = subprocess.Popen(call, cwd=project.folder)
        time.sleep(moments.uniform(0.5, 1) * seconds)
        killed.kill()
        killed.wait()
    start_anew(folder)
    subprocess.run(call, cwd=project.folder, check=True, timeout=120)
    assert digests(folder) == whole
