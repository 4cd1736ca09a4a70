"""How far a number would move with other images, as its metrics file has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods.data.files import check_fields, is_number
from methods.errors import InputError


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


def over_images(path: Path, document: Mapping[str, Any], metric: str) -> ImageInterval | None:
    """The interval of a metric: of label maps the mIoU's alone, of boxes a rate's.

    Args:
        path: of the metrics file.
        document: what it holds.
        metric: key in it.

    Raises:
        InputError: what stands there is no interval.
    """
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
