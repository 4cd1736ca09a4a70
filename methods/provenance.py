"""What ran, and how long it took: facts that the machine gives, never typed."""

import csv
import importlib.metadata
import os
import platform
import socket
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from methods.cards import card_names, driver_version
from methods.data.files import sha256
from methods.errors import InputError
from methods.processors import processor_name

PACKAGES = (
    "torch",
    "nvidia-cuda-runtime",  # CUDA's version; torch's CPU build has none
    "torchvision",
    "timm",
    "open_clip_torch",
    "mmsegmentation",
    "pydensecrf2",
    "numpy",
    "pandas",
    "matplotlib",
    "pillow",
    "jinja2",
    "snakemake",
)
_SETTINGS = ("experiments/*.yaml", "claims/*.yaml")  # users write files of these names
_LOCKS = "envs/locks/*.txt"
_UNMEASURED = ("", "-", "NA")  # what Snakemake writes where it could not measure


@dataclass(frozen=True)
class Environment:
    """The machine and the code.

    Attributes:
        host: name of the machine.
        system: operating system and its kernel.
        python: version of the interpreter.
        processor: model of the CPU.
        cores: CPU cores that this process may use.
        gpus: names of the GPUs that nvidia-smi lists.
        driver: version of their driver; None where none answers.
        packages: (name, version) of the packages that the results depend on.
        locks: (file, sha256) of what pins every package; the file relative to the project.
        commit: git commit of the project; None where git does not answer.
        changed: files of the code that differ from the commit; None where git does not answer.
    """

    host: str
    system: str
    python: str
    processor: str
    cores: int
    gpus: tuple[str, ...]
    driver: str | None
    packages: tuple[tuple[str, str], ...]
    locks: tuple[tuple[str, str], ...]
    commit: str | None
    changed: tuple[str, ...] | None


@dataclass(frozen=True)
class RuleTiming:
    """What the jobs of one rule took together.

    Attributes:
        rule: name of the rule.
        jobs: how many jobs were measured.
        seconds: wall time, summed over the jobs.
        cpu_seconds: CPU time, summed; None where a job was too short to measure.
        peak_memory: largest resident memory of a job, bytes; None where a job was too short to
            measure.
    """

    rule: str
    jobs: int
    seconds: float
    cpu_seconds: float | None
    peak_memory: int | None


def describe_environment(repository: Path) -> Environment:
    """Describe this machine and the code in `repository`."""
    commit = _git(repository, "rev-parse", "--verify", "HEAD")
    return Environment(
        host=socket.gethostname(),
        system=platform.platform(),
        python=platform.python_version(),
        processor=processor_name(),
        cores=len(os.sched_getaffinity(0)),
        gpus=card_names(),
        driver=driver_version(),
        packages=tuple((name, _version(name)) for name in PACKAGES),
        locks=tuple(
            (file.relative_to(repository).as_posix(), sha256(file))
            for file in sorted(repository.glob(_LOCKS))
        ),
        commit=commit,
        changed=None if commit is None else _changed(repository),
    )


def first_commit(file: Path, blob: str) -> str | None:
    """Date of the first commit that holds a file with this content, ISO 8601.

    The content counts, under whatever name and in whatever folder: a file that was renamed since is
    as old as before. In a shallow clone the history begins later, which makes it younger.

    Args:
        file: in a repository.
        blob: git's name of the content.

    Returns:
        None where git does not answer, or no commit holds it.
    """
    # A user may have git show what it finds of signatures as well, in lines before the date.
    shown = ("--no-show-signature", "--format=%cI")
    options = ("--reverse", *shown, f"--find-object={blob}")
    answer = _git(file.absolute().parent, "log", *options)
    return answer.split("\n")[0] if answer else None


def read_timings(benchmarks: Iterable[Path], root: Path) -> list[RuleTiming]:
    """Sum Snakemake's benchmark files by rule, in the order of the rules' names.

    Args:
        benchmarks: the TSV files.
        root: the folder that holds them, as `<rule>.tsv` or `<rule>/<job>.tsv`.

    Raises:
        InputError: a file has no wall time.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for path in sorted(benchmarks):
        rule = path.relative_to(root).with_suffix("").parts[0]
        with path.open(newline="", encoding="utf-8") as file:
            read = list(csv.DictReader(file, delimiter="\t"))
        if not read or any(row.get("s") in (None, *_UNMEASURED) for row in read):
            raise InputError(
                path, "no wall time", "a column 's' in seconds", "delete the file and rerun its job"
            )
        rows.setdefault(rule, []).extend(read)
    return [_sum_rule(rule, jobs) for rule, jobs in sorted(rows.items())]


def _sum_rule(rule: str, jobs: list[dict[str, str]]) -> RuleTiming:
    measured = all(map(_is_measured, jobs))
    return RuleTiming(
        rule=rule,
        jobs=len(jobs),
        seconds=sum(float(job["s"]) for job in jobs),
        cpu_seconds=sum(float(job["cpu_time"]) for job in jobs) if measured else None,
        peak_memory=max(_bytes(job["max_rss"]) for job in jobs) if measured else None,
    )


def _bytes(mebibytes: str) -> int:
    """A size as Snakemake writes it, in bytes."""
    return round(float(mebibytes) * (1 << 20))


def _is_measured(job: dict[str, str]) -> bool:
    """Whether Snakemake looked at a job while it worked.

    It looks now and then. A job that ended before has no values, or those of a process that had
    only just begun: no CPU time yet, and next to no memory.
    """
    values = [job.get(column, "") for column in ("cpu_time", "max_rss")]
    return not set(values) & set(_UNMEASURED) and float(job["cpu_time"]) > 0


def _changed(repository: Path) -> tuple[str, ...] | None:
    """The files that differ from the commit, but for experiments and claims that it has not."""
    options = ("--porcelain", "-z", "--no-renames", "--untracked-files=all")
    status = _git(repository, "status", *options)
    if status is None:
        return None
    entries = (entry for entry in status.split("\0") if entry)  # such as " M a/b", "?? a/c"
    return tuple(entry[3:] for entry in entries if not _is_settings(entry[:2], entry[3:]))


def _is_settings(state: str, file: str) -> bool:
    """Whether a file is new and no code: what it says of an experiment stands in the report."""
    return state == "??" and any(map(PurePosixPath(file).match, _SETTINGS))


def _git(repository: Path, *arguments: str) -> str | None:
    try:
        answer = subprocess.run(
            ["git", "-C", str(repository), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:  # no git on this machine
        return None
    return answer.stdout.removesuffix("\n") if answer.returncode == 0 else None


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
