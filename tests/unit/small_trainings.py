"""Trainings of both methods at the size of a unit test, which stop and go on."""

import csv
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from methods.cdtr import training as cdtr
from methods.data.files import read_json
from methods.more import training as more
from methods.training.journal import Journal
from methods.training.states import Keeping
from methods.training.watching import Watching
from tests.unit import small_cdtr_run, small_run
from tests.unit.small_keeping import small_keeping

METHODS = ("more", "cdtr")
ITERATIONS = 9  # of either
_TIMES = ("images_per_second", "data_wait_seconds")


class CrashError(Exception):
    """What ends a training without a warning."""


def train_small(
    method: str,
    folder: Path,
    name: str = "train",
    keeping: Keeping | None = None,
    watching: Watching | None = None,
    device: str = "cpu",
    formulation: str | Mapping[str, str] = "program",
    **training: Any,
) -> Path:
    """Train, or go on, in a folder of this name; return it.

    Args:
        method: more or cdtr.
        folder: that images and weights are written to.
        name: of the folder in it that the training writes to.
        keeping: of the states; none is kept by default.
        watching: of the training; by the default limits alone where none is given.
        device: that trains.
        formulation: of the method.
        training: what differs in the settings of the training.
    """
    output = folder / name
    output.mkdir(exist_ok=True)
    small = small_run if method == "more" else small_cdtr_run
    run = small.small_run() | {"formulation": formulation}
    run["training"] |= {"iterations": ITERATIONS} if method == "more" else {}
    run["training"] |= training
    given: dict[str, Any] = {
        "run": run,
        "classes": small.CLASSES,
        "index": small.write_images(folder),
        "images": folder,
        "weights": small.write_backbone(folder / "vit.pt"),
        "output": output,
        "seed": 0,
        "device": device,
        "keeping": keeping or small_keeping(),
        "watching": watching or Watching(),
    }
    if method == "more":
        more.train(**given)
    else:
        cdtr.train(**given, guide=small_cdtr_run.write_guide(folder / "clip.pt"))
    return output


def result(output: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The checkpoints, by their digests, and the journal without what tells of time."""
    with (output / "journal.csv").open(encoding="utf-8") as file:
        rows = [
            {name: value for name, value in row.items() if name not in _TIMES}
            for row in csv.DictReader(file)
        ]
    return read_json(output / "done.json")["checkpoints"], rows


def at_row(patch: pytest.MonkeyPatch, number: int, act: Callable[[], None]) -> None:
    """Have something happen behind a line of the journal, counted from 0."""
    write = Journal.write

    def write_and_act(journal: Journal, row: dict[str, float]) -> None:
        write(journal, row)
        if row["iteration"] == number:
            act()

    patch.setattr(Journal, "write", write_and_act)


def crash() -> None:
    """End the training."""
    raise CrashError


def train_until(
    number: int, method: str, folder: Path, act: Callable[[], None] = crash, **given: Any
) -> None:
    """Train until something ends it behind a line of the journal."""
    with pytest.MonkeyPatch.context() as patch:
        at_row(patch, number, act)
        train_small(method, folder, **given)


def send(*numbers: signal.Signals) -> Callable[[], None]:
    """What sends signals to this process."""

    def act() -> None:
        for number in numbers:
            signal.raise_signal(number)

    return act
