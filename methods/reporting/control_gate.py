"""Evaluations that their own controls show to be wrong, so that nothing measured by them counts."""

from collections.abc import Iterable, Iterator, Mapping
from math import isclose
from pathlib import Path
from typing import Any

from methods.claims import Claim, Quantity
from methods.data.files import check_fields
from methods.reporting.measurements import read_scores

Failed = Mapping[tuple[str, str], str]  # why, in words, by data set and split

_KNOWN = ("perfect", "all_background")  # controls whose worth follows from the masks or boxes alone
_TOLERANCE = 1e-9  # points
_OF_BOXES = ("gt_known", "top1_loc")  # of the true boxes, which may lie outside the crop


def failed_controls(files: Iterable[Path]) -> dict[tuple[str, str], str]:
    """Find the evaluations in which a control is not worth what is known beforehand.

    Args:
        files: metrics of controls, controls/<data set>/<split>.<control>.json.

    Raises:
        InputError: one of them is missing or broken, or was changed by hand.
    """
    failed: dict[tuple[str, str], str] = {}
    for path in files:
        split, _, control = path.stem.rpartition(".")
        if control not in _KNOWN:
            continue
        for metric, found, known in _held(control, path):
            if found is None or not isclose(found, known, rel_tol=0, abs_tol=_TOLERANCE):
                is_worth = "undefined" if found is None else f"{found:.2f}"
                dataset = path.parent.name
                failed.setdefault(
                    (dataset, split),
                    f"the evaluation of {dataset} on {split} is wrong, since {metric} of its"
                    f" control {control} is {is_worth} instead of {known:.2f}",
                )
    return failed


def failed_gate(claim: Claim, runs: Mapping[str, Any], failed: Failed) -> str | None:
    """Why the evaluation that a claim was measured by is wrong, in words; None where it is not.

    A claim about such a control itself holds or fails like any other.

    Args:
        claim: to be judged.
        runs: the block `runs` of the experiment; `dataset` is read.
        failed: of `failed_controls`.
    """
    if not failed:
        return None
    measured = [quantity for quantity in claim.quantities() if quantity.control not in _KNOWN]
    return next((failed[key] for key in _evaluations(measured, runs) if key in failed), None)


def _evaluations(
    quantities: Iterable[Quantity], runs: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    for quantity in quantities:
        dataset = quantity.dataset if quantity.run is None else runs[quantity.run]["dataset"]
        yield str(dataset), quantity.split


def _held(control: str, path: Path) -> Iterator[tuple[str, float | None, float]]:
    """(metric, what it is, what it must be), percent."""
    scores = read_scores(path)
    of_masks = "miou" in scores
    if of_masks and control == "perfect":
        yield "miou", scores["miou"], 100.0
        return
    metrics = ("miou",) if of_masks else _OF_BOXES
    known = {f"known_{metric}": float | int for metric in metrics}
    stated = check_fields(path, scores["protocol"], known)
    for metric in metrics:
        yield metric, scores[metric], stated[f"known_{metric}"]
