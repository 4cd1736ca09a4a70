"""Numbers that the evaluation server alone can tell: the labels of its images are withheld."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.claims import Quantity
from methods.data.files import check_fields, read_fields
from methods.data.splits import TEST
from methods.errors import InputError
from methods.layout import RECEIPTS, submission_file
from methods.submission.package import read_package

_ENTRY = {"run": str, "seed": int, "sha256": str, "receipt": dict | None}
_RECEIPT = {"mean": float | int, "per_class": dict}


@dataclass(frozen=True)
class Answer:
    """What the evaluation server said of a package.

    Attributes:
        value: the number; None where it has not answered.
        images: how many the package has.
        waiting: the package that it has not scored yet, relative to results/<experiment>; None
            where there is nothing to wait for.
    """

    value: float | None
    images: int
    waiting: str | None = None


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


def read_answer(results: Path, quantity: Quantity, seed: int) -> Answer:
    """Read what the server said of the package of a run and seed.

    Args:
        results: the folder results/<experiment>.
        quantity: withheld, of a run that packs it.
        seed: of the training.

    Raises:
        InputError: package or receipts are missing or broken, or do not know each other, or the
            receipt has no such metric.
    """
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
        return Answer(None, images, waiting)
    return Answer(_received(check_fields(path, receipt, _RECEIPT), quantity, path), images)


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
