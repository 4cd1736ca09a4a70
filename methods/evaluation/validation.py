"""Validation files: what one checkpoint scores, held to the confusion matrices behind it.

The choice of a checkpoint reads them, so this does without the module of the scores: a change there
must not predict everything again.
"""

from collections.abc import Mapping
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.files import check_fields, read_fields
from methods.errors import InputError

_FIELDS = {
    "split": str,
    "iteration": int,
    "coverage": dict,
    "f1": float | int,
    "miou": dict,
    "confusion": dict,
}
_REMEDY = "delete it and report.html and run again, which validates again"


def read_validation(path: Path, split: str, iteration: int | None = None) -> dict[str, Any]:
    """Read the scores of one checkpoint on a split, whatever part of it they cover.

    Args:
        path: the validation file.
        split: that it must be of.
        iteration: of the checkpoint that it must be of; None accepts any.

    Raises:
        InputError: the file is missing or broken, is of another checkpoint or split, or holds a
            score that is not that of its confusion matrix.
    """
    document: dict[str, Any] = read_fields(path, _FIELDS)
    coverage = check_fields(path, document["coverage"], {"evaluated": int, "expected": int})
    found = (document["split"], document["iteration"])
    expected = (split, document["iteration"] if iteration is None else iteration)
    if found != expected:
        raise InputError(path, str(found), str(expected), _REMEDY)
    if not 0 < coverage["evaluated"] <= coverage["expected"]:
        images = f"{coverage['evaluated']} of {coverage['expected']} images"
        raise InputError(path, images, "at least one and at most all", _REMEDY)
    if not 0 <= document["f1"] <= 100:
        raise InputError(path, f"an F1 of {document['f1']}", "0 to 100", _REMEDY)
    check_fields(path, document["confusion"], dict.fromkeys(document["miou"], list))
    for kind, stated in document["miou"].items():
        known = _miou(_matrix(path, kind, document["confusion"][kind]))
        if isinstance(stated, bool) or not isinstance(stated, int | float):
            raise InputError(path, f"{stated!r} as mIoU of {kind}", "a number", _REMEDY)
        if not isclose(stated, known, rel_tol=1e-9):
            where = f"miou.{kind} of {path}"
            raise InputError(where, f"{stated}", f"{known} by its confusion matrix", _REMEDY)
    return document


def require_whole(path: Path, document: Mapping[str, Any]) -> None:
    """Refuse a validation of a part of its split.

    Raises:
        InputError: an image was not scored.
    """
    evaluated, expected = (document["coverage"][key] for key in ("evaluated", "expected"))
    if evaluated != expected:
        raise InputError(
            path,
            f"{evaluated} of {expected} images",
            "all of them, since a score over a part of a split says nothing",
            _REMEDY,
        )


def _miou(matrix: NDArray[np.int64]) -> float:
    """Mean IoU, percent, of the labels (rows) that occur."""
    hits, true = matrix.diagonal(), matrix.sum(axis=1)
    union = true + matrix.sum(axis=0) - hits
    return float(100 * (hits[true > 0] / union[true > 0]).mean())


def _matrix(path: Path, kind: str, rows: list[Any]) -> NDArray[np.int64]:
    try:
        matrix = np.array(rows, dtype=np.int64)
    except (TypeError, ValueError, OverflowError):
        matrix = np.zeros(0, dtype=np.int64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.sum() <= 0:
        raise InputError(
            path, f"no confusion matrix of {kind}", "counts by true and predicted label", _REMEDY
        )
    return matrix
