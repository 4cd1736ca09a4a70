"""The files that an experiment names must be there, inside the project."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

from methods.configuration.problems import Block, Problem
from methods.configuration.schema import nearest

RECEIPTS = "receipts"  # folder of what evaluation servers said


def file_problems(experiment: Block, project: Path) -> Iterator[Problem]:
    """Contradictions between the files that an experiment names and those of the project."""
    for name in experiment["claims"]:
        yield from _file(name, project, "claims", "copy the file to claims/")
    if "reference_log" in experiment:
        yield from _reference_log(experiment["reference_log"], project, "reference_log")
    if experiment.get("receipts"):
        yield from _receipts(experiment["receipts"], project, "receipts")


def _file(name: str, project: Path, key: str, remedy: str) -> Iterator[Problem]:
    if _leaves(name):
        yield Problem(key, f"{name!r}", "a path inside the project", remedy)
    # `Path.is_file` raises where a name is too long.
    if not os.path.isfile(project / name):  # noqa: PTH113
        yield Problem(key, f"no file {name!r}", "a file of the project", "correct its name")


def _leaves(name: str) -> bool:
    return Path(name).is_absolute() or ".." in Path(name).parts


def _reference_log(log: Block, project: Path, key: str) -> Iterator[Problem]:
    for part in ("file", "classes"):
        if part in log:
            yield from _log_file(log[part], log["dataset"], project, key, part)


def _log_file(name: str, dataset: str, project: Path, key: str, part: str) -> Iterator[Problem]:
    yield from _file(name, project, f"{key}.{part}", "copy the file to claims/reference/")
    # What is no text has no column of that name either, which is what is said then.
    with (project / name).open(newline="", encoding="utf-8", errors="replace") as file:
        known = {row.get("dataset") or "" for row in csv.DictReader(file)} - {""}
    if not known:
        yield Problem(
            f"{key}.{part}",
            f"{name!r} without a column `dataset`",
            "a training log with one",
            "correct the file's name",
        )
    if dataset not in known:
        yield Problem(
            f"{key}.dataset",
            f"{dataset!r}, which has no row in {name}",
            nearest(dataset, known),
            "correct the name",
        )


def _receipts(name: str, project: Path, key: str) -> Iterator[Problem]:
    """The file itself may be absent: nobody has asked the server yet."""
    path = Path(name)
    if _leaves(name) or path.parts[:1] != (RECEIPTS,) or path.suffix != ".yaml":
        yield Problem(
            key,
            f"{name!r}",
            f"a path like {RECEIPTS}/<name>.yaml in the project",
            f"keep what servers said in {RECEIPTS}/",
        )
    if not (project / path).parent.is_dir():
        yield Problem(
            key,
            f"no folder {path.parent.as_posix()!r}",
            "a folder of the project",
            "correct its name or make it",
        )
