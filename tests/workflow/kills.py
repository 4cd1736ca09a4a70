"""Jobs of a finished project that are killed while they are made again."""

import multiprocessing
import os
import random
import runpy
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from methods.data.files import sha256

KILLS = int(os.environ.get("KILLS", "2"))  # of each job
MINUTES = 20 + KILLS  # a test of a job, the project made before it, that takes longer hangs
LOADED = [  # before a job starts, so that kills meet its work
    *("workflow_scripts.predict_segmentation", "workflow_scripts.predict_maps"),
    *("workflow_scripts.predict_localization", "workflow_scripts.find_boxes"),
    *("workflow_scripts.apply_crf", "methods.cdtr.inference", "methods.more.inference"),
]


@dataclass(frozen=True)
class KilledJob:
    """A job that can be made again.

    Attributes:
        script: of workflow_scripts.
        project: the folder in which it runs.
        description: that it left beside its log, from there.
        made: the folder that it makes.
        seconds: it is killed at most so long after it has made a drawn number of files.
    """

    script: str
    project: Path
    description: str
    made: Path
    seconds: float = 0.02

    def kill(self, files: int) -> None:
        """Kill it KILLS times, each behind a drawn number of the files that it makes; make them."""
        moments, met = random.Random(KILLS), 0
        for _ in range(3 * KILLS):  # a moment may lie behind the end of the work
            behind, seconds = moments.randrange(files), moments.uniform(0, self.seconds)
            met += self._kill_behind(behind, seconds)
            if met == KILLS:
                break
        assert met == KILLS
        last = self._begin()
        last.join()
        assert last.exitcode == 0

    def _begin(self) -> BaseProcess:
        """Start it; before, do what Snakemake does where it had not ended."""
        if self.made.exists():
            shutil.rmtree(self.made)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        process = context.Process(target=_do, args=(self.script, self.project, self.description))
        process.start()
        return process

    def _kill_behind(self, files: int, seconds: float) -> bool:
        """Whether it was still at work so long after it had made so many files."""
        job = self._begin()
        while job.is_alive() and count_files(self.made) < files:
            time.sleep(0.001)
        job.join(seconds)
        if job.is_alive():
            _kill_with_workers(psutil.Process(job.pid))
        job.join()
        return job.exitcode == -signal.SIGKILL


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file in a folder, by its path there; Snakemake's own mark apart."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    own = ".snakemake_timestamp"
    return {str(file.relative_to(folder)): sha256(file) for file in files if file.name != own}


def count_files(folder: Path) -> int:
    """Files in a folder, which may be missing, and in the folders in it."""
    return sum(1 for path in folder.rglob("*") if path.is_file())


def _kill_with_workers(job: psutil.Process) -> None:
    """Kill a job and those that work for it, which would end by themselves within a second."""
    job.suspend()  # it starts no more of them
    workers = job.children()
    for process in (job, *workers):
        process.kill()
    assert not psutil.wait_procs(workers, timeout=60)[1]


def _do(script: str, folder: Path, description: str) -> None:
    """The job by hand: python -m workflow_scripts.<script> <description>."""
    os.chdir(folder)
    sys.argv = [script, description]
    sys.modules.pop(f"workflow_scripts.{script}", None)  # runpy warns of what is loaded
    runpy.run_module(f"workflow_scripts.{script}", run_name="__main__")
