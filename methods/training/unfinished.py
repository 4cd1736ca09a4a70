"""The files of a training that has not finished, under names that no rule claims."""

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from methods.data.files import atomic_folder, atomic_path, sha256, write_json

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

    They keep their former names as well: Snakemake deletes those of the rule where it is killed
    before it has noted the end of the job, and the next call then goes on from the last state.
    `remove_unfinished` ends that.

    Args:
        output: the folder of the training.
        done: for done.json, which comes last.

    Raises:
        InputError: there is no room for it.
    """
    (output / "done.json").unlink(missing_ok=True)  # of an earlier training, made again by hand
    with atomic_folder(output / "checkpoints") as folder:
        for path in (output / CHECKPOINTS).iterdir():
            _give_second_name(path, folder / path.name)
    journal = output / JOURNAL
    with atomic_path(output / "journal.csv", journal.stat().st_size) as path:
        shutil.copyfile(journal, path)  # no second name: a training that goes on would change both
    write_json(output / "done.json", done)


def remove_unfinished(output: Path) -> None:
    """Remove what a training that has finished would have gone on from."""
    for name in (STATES, CHECKPOINTS):
        if (output / name).is_dir():
            shutil.rmtree(output / name)
    (output / JOURNAL).unlink(missing_ok=True)


def _give_second_name(path: Path, other: Path) -> None:
    try:
        os.link(path, other)
    except OSError:  # some file systems know no second names
        shutil.copyfile(path, other)
