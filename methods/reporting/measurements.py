"""Measured numbers: out of a metrics file, a validation or the evaluation server's receipt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.claims import Quantity
from methods.data.files import check_fields, is_number, read_fields
from methods.data.splits import TEST
from methods.errors import InputError
from methods.evaluation import localization, segmentation_files
from methods.evaluation.validation import read_validation
from methods.layout import run_folder, submission_file, validation_file
from methods.submission.package import read_package

RECEIPTS = "receipts.json"  # in results/<experiment>
_ENTRY = {"run": str, "seed": int, "sha256": str, "receipt": dict | None}
_RECEIPT = {"mean": float | int, "per_class": dict}
_READERS: Mapping[str, Callable[[Path], dict[str, Any]]] = {
    "segmentation": segmentation_files.read_metrics,
    "localization": localization.read_metrics,
}


@dataclass(frozen=True)
class ImageInterval:
    """95 % interval of a number over the choice of images.

    Attributes:
        method: bootstrap over images, or binomial (Wilson) where it is a share of images.
        low: lower end, in the number's unit.
        high: upper end.
    """

    method: str
    low: float
    high: float


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


def is_withheld(quantity: Quantity, runs: Mapping[str, Any]) -> bool:
    """Whether the evaluation server alone can tell a quantity.

    Args:
        quantity: of a run or of a control.
        runs: the block `runs` of the experiment; `task` is read.
    """
    if quantity.run is None:
        return False
    return bool(runs[quantity.run]["task"] == "segmentation" and quantity.split == TEST)


def is_packed(quantity: Quantity, runs: Mapping[str, Any]) -> bool:
    """Whether a run packs the label maps of a withheld quantity for the evaluation server.

    Args:
        quantity: of a run.
        runs: the block `runs` of the experiment.
    """
    submission = runs[str(quantity.run)].get("submission") or {}
    packed = submission.get("split"), submission.get("protocol")
    return packed == (quantity.split, quantity.protocol)


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
        return _read_receipt(results, quantity, seed)
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
    images = _over_images(path, document, quantity.metric)
    return Measurement(value, coverage["evaluated"], coverage["expected"], images=images)


def read_interval(
    results: Path, quantity: Quantity, seed: int, runs: Mapping[str, Any]
) -> ImageInterval | None:
    """The interval over images of a quantity, as its metrics file has it; None where it has none.

    Raises:
        InputError: the file is missing or broken.
    """
    if is_withheld(quantity, runs) or quantity.validation is not None:
        return None
    path = results / quantity.file(seed)
    return _over_images(path, read_fields(path, {"coverage": dict}), quantity.metric)


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


def _over_images(path: Path, document: Mapping[str, Any], metric: str) -> ImageInterval | None:
    """The interval of a metric: of label maps the mIoU's alone, of boxes a rate's."""
    if metric == "miou" and "interval_95" in document:
        method, ends = "bootstrap", document["interval_95"]
    elif "intervals_95" in document:
        rates = check_fields(path, document, {"intervals_95": dict})["intervals_95"]
        if metric not in rates:
            return None
        method, ends = "binomial", check_fields(path, rates[metric], {"binomial": list})["binomial"]
    else:
        return None
    two = isinstance(ends, list) and len(ends) == 2 and all(map(is_number, ends))
    if not two or ends[0] > ends[1]:
        found, known = f"{ends!r} as the interval of {metric}", "its two ends, the lower one first"
        remedy = "delete it and report.html and run again, which scores again"
        raise InputError(path, found, known, remedy)
    return ImageInterval(method, float(ends[0]), float(ends[1]))


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


def _read_receipt(results: Path, quantity: Quantity, seed: int) -> Measurement:
    record = results / submission_file(str(quantity.run), seed)
    package = read_package(record)
    path = results / RECEIPTS
    entries = [
        check_fields(path, entry, _ENTRY)
        for entry in read_fields(path, {"packages": list})["packages"]
    ]
    known = [e for e in entries if (e["run"], e["seed"]) == (quantity.run, seed)]
    if [entry["sha256"] for entry in known] != [package["sha256"]]:
        raise InputError(
            path,
            f"no entry of the package of {quantity.run}, seed {seed}",
            f"one with the sha256 of {record}",
            "delete it and report.html and run again, which checks the receipts again",
        )
    images, receipt = package["images"], known[0]["receipt"]
    if receipt is None:
        waiting = (record.parent / package["tar"]).relative_to(results).as_posix()
        return Measurement(None, images, images, waiting)
    value = _received(check_fields(path, receipt, _RECEIPT), quantity, path)
    return Measurement(value, images, images)


def _received(receipt: Mapping[str, Any], quantity: Quantity, path: Path) -> float:
    """The server's number: the mean IoU, or the IoU of a class."""
    if quantity.metric == "miou":
        return float(receipt["mean"])
    block, _, rest = quantity.metric.partition(".")
    name, _, score = rest.rpartition(".")
    if (block, score) != ("per_class", "iou") or name not in receipt["per_class"]:
        raise InputError(
            f"receipt in {path}",
            f"no metric {quantity.metric}",
            "miou, or per_class.<class>.iou of one of its classes",
            "correct the claim",
        )
    return float(receipt["per_class"][name])
