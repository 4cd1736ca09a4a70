"""The files of a training that has not finished, under names that no rule claims."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from methods.data.files import sha256, write_json

JOURNAL, CHECKPOINTS, STATES = "journal.unfinished.csv", "checkpoints.unfinished", "states"


def checkpoints_fault(folder: Path, written: Iterable[Mapping[str, Any]]) -> str | None:
    """What keeps checkpoints from being kept; None if nothing does.

    Args:
        folder: that they lie in.
        written: `file` and `sha256` of each.
    """
    for entry in written:
        path = folder / entry["file"]
        if not path.is_file():
            return f"its checkpoint {path.name} is missing"
        if sha256(path) != entry["sha256"]:
            return f"its checkpoint {path.name} has been changed"
    return None


def remove_others(folder: Path, written: Iterable[Mapping[str, Any]]) -> None:
    """Remove what lies beside the checkpoints that are kept, such as half of a killed write."""
    kept = {entry["file"] for entry in written}
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink()


def publish(output: Path, done: Mapping[str, Any]) -> None:
    """Give the files of a training that has finished the names that the rule claims.

    All that needs room on the disk comes before the first new name, since Snakemake deletes the
    files of these names where the job then fails.

    Args:
        output: the folder of the training.
        done: for done.json, which comes last.

    Raises:
        InputError: there is no room for it.
    """
    summary = output / "done.unfinished.json"
    write_json(summary, done)
    final = output / "checkpoints"
    if final.is_dir():  # of an earlier training, made again by hand
        shutil.rmtree(final)
    (output / CHECKPOINTS).rename(final)
    (output / JOURNAL).rename(output / "journal.csv")
    summary.rename(output / "done.json")
