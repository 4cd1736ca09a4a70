"""Measured numbers: out of a metrics file, a validation or the evaluation server's receipt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.claims import Quantity
from methods.data.files import check_fields, read_fields
from methods.errors import InputError
from methods.evaluation import localization, segmentation_files
from methods.evaluation.validation import read_validation
from methods.layout import RECEIPTS, run_folder, submission_file, validation_file
from methods.reporting.image_intervals import ImageInterval, over_images
from methods.reporting.withheld import is_withheld, read_answer

_READERS: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "segmentation": segmentation_files.read_metrics,
    "localization": localization.read_metrics,
}


@dataclass(frozen=True)
class Measurement:
    """One number.

    Attributes:
        value: the number; None where it is undefined.
        evaluated: images that were scored.
        expected: images of the split.
        waiting: the package that the evaluation server has not scored yet, relative to
            results/<experiment>; None where there is nothing to wait for.
        images: how far it would move with other images; None where its file does not say.
    """

    value: float | None
    evaluated: int
    expected: int
    waiting: str | None = None
    images: ImageInterval | None = None


def quantity_files(
    results: Path, quantity: Quantity, seed: int, runs: Mapping[str, Any]
) -> list[str]:
    """The files that a quantity is read from, relative to results/<experiment>.

    Of a validation they begin with the one that says which checkpoint it is of: the choice or,
    where the quantity states an iteration, what the training wrote.

    Raises:
        InputError: it is of a validation, and the choice of the checkpoint is missing or broken.
    """
    if is_withheld(quantity, runs):
        return [RECEIPTS, submission_file(str(quantity.run), seed)]
    if quantity.validation is not None:
        origin, iteration = _validated(results, quantity, seed)
        return [origin, validation_file(str(quantity.run), seed, quantity.split, iteration)]
    return [quantity.file(seed)]


def read_measurement(
    results: Path, quantity: Quantity, seed: int, runs: Mapping[str, Any]
) -> Measurement:
    """Read a quantity from its file below results/<experiment>.

    Raises:
        InputError: the file is missing, was changed by hand, or has no such metric.
    """
    if is_withheld(quantity, runs):
        answer = read_answer(results, quantity, seed)
        return Measurement(answer.value, answer.images, answer.images, answer.waiting)
    if quantity.validation is not None:
        return _read_validation(results, quantity, seed)
    path = results / quantity.file(seed)
    document = read_scores(path)
    value: Any = document
    for key in quantity.metric.split("."):
        if not isinstance(value, dict) or key not in value:
            raise InputError(
                path, f"no metric {quantity.metric}", "one that it holds", "correct the claim"
            )
        value = value[key]
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise InputError(
            path, f"a metric {quantity.metric} of no value", "a number", "correct the claim"
        )
    coverage = document["coverage"]
    images = over_images(path, document, quantity.metric)
    return Measurement(value, coverage["evaluated"], coverage["expected"], images=images)


def read_scores(path: Path) -> dict[str, Any]:
    """Read a metrics file of whichever task, whose scores are those of the counts beside it.

    A file that names no task is of segmentation.

    Raises:
        InputError: the file is missing or broken, is of another task, or was changed by hand.
    """
    task = str(read_fields(path, {"split": str}).get("task", "segmentation"))
    if task not in _READERS:
        remedy = "delete it and report.html and run again, which scores again"
        raise InputError(path, f"the task {task!r}", f"one of {', '.join(_READERS)}", remedy)
    return _READERS[task](path)


def _validated(results: Path, quantity: Quantity, seed: int) -> tuple[str, int]:
    """The file that says which checkpoint of a training a validation is of, and its iteration."""
    folder = run_folder(str(quantity.run), seed)
    if quantity.iteration is not None:
        return f"{folder}/train/done.json", quantity.iteration
    file = f"{folder}/checkpoint.json"
    return file, read_fields(results / file, {"iteration": int})["iteration"]


def _read_validation(results: Path, quantity: Quantity, seed: int) -> Measurement:
    _, iteration = _validated(results, quantity, seed)
    path = results / validation_file(str(quantity.run), seed, quantity.split, iteration)
    document = read_validation(path, quantity.split, iteration)
    coverage = document["coverage"]
    value = check_fields(path, document["miou"], {str(quantity.validation): float | int})[
        str(quantity.validation)
    ]
    return Measurement(value, coverage["evaluated"], coverage["expected"])
