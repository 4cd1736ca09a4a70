"""Project folders in which Snakemake is called, and results are finished."""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from methods.layout import SEALS

PROJECT = Path(__file__).parents[2]
PARTS = (
    "CITATION.cff",
    "LICENSE",
    "README.md",
    "Snakefile",
    "config.schema.yaml",
    "config.yaml",
    "claims",
    "envs",
    "experiments",
    "methods",
    "profiles",
    "receipts",
    "rules",
    "workflow_scripts",
)
SECONDS = 3000  # a call that takes longer hangs
SNAKEMAKE = [sys.executable, "-m", "snakemake", "--cores", "2"]


def environment() -> dict[str, str]:
    """The variables of a user's call, which has none of those that the tests set."""
    own = ("PYTHONPATH", "MAKELEVEL", "OMP_NUM_THREADS")
    return {key: value for key, value in os.environ.items() if key not in own}


@dataclass(frozen=True)
class Project:
    """A project folder in which Snakemake is called."""

    folder: Path
    experiment: str = "tiny"

    @property
    def results(self) -> Path:
        """Folder of the experiment's results."""
        return self.folder / "results" / self.experiment

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `snakemake --cores 2` with more arguments."""
        return subprocess.run(
            [*SNAKEMAKE, *arguments],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, as a terminal does; what it says is in a log."""
        with log.open("wb") as file:
            return subprocess.Popen(
                [*SNAKEMAKE, *arguments],
                cwd=self.folder,
                env=environment(),
                stdout=file,
                stderr=subprocess.STDOUT,
                process_group=0,
                # A shell has its background jobs ignore Ctrl-C, and so may whoever runs the tests.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
            )

    def planned(self, *arguments: str) -> dict[str, int]:
        """The rules that a call for the report would run, and how many jobs of each."""
        done = self.snakemake("--dry-run", "report", *arguments)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return {} if "Nothing to be done" in said else planned_jobs(said)

    def unseal(self) -> None:
        """Remove all seals, as whoever means to deceive would do."""
        shutil.rmtree(self.results / SEALS)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace the one occurrence of a text."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def planned_jobs(said: str) -> dict[str, int]:
    """The rules that a call for the report says it will run, and how many jobs of each."""
    table = said.partition("Job stats:")[2].partition("total")[0]
    jobs = {rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
    assert jobs.pop("report") == 1
    return jobs


def copy_project(folder: Path, experiment: str = "tiny") -> Project:
    """Copy what a call of Snakemake reads, with mini or one of this folder's experiments to run."""
    for part in PARTS:
        source = PROJECT / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, folder / part, ignore=ignored)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / part)
    own = Path(__file__).with_name(f"{experiment}.yaml")  # of the tests; mini is the project's
    if own.exists():
        shutil.copy2(own, folder / "experiments")
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    config |= {"experiment": experiment, "device": "cpu"}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return Project(folder, experiment)


def finish(folder: Path, experiment: str) -> Project:
    """Copy the project and make the report of an experiment."""
    project = copy_project(folder, experiment)
    done = project.snakemake("report")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def copy_finished(finished: Project, folder: Path) -> Project:
    """A copy of a finished project that a test may change, under the same name."""
    copied = folder / finished.folder.name
    shutil.copytree(finished.folder, copied, symlinks=True)
    return Project(copied, finished.experiment)
