"""How far a number moves, by cause: other seeds, other images, another checkpoint."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import NormalDist, fmean, stdev
from typing import Any

from methods.claims import Quantity
from methods.evaluation.validation import read_validation
from methods.layout import validation_file
from methods.reporting.image_intervals import ImageInterval

_QUANTILE = NormalDist().inv_cdf(0.975)  # a 95 % interval is as many standard errors to each side
_DECODER = "decoder"


def variation(
    values: Mapping[int, float],
    images: Mapping[int, ImageInterval | None],
    checkpoints: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The causes that there is data on, ready for JSON.

    Args:
        values: of each seed.
        images: 95 % interval over images of each seed.
        checkpoints: as `checkpoint_ranges` gives them.

    Returns:
        `seeds`: their number and sample standard deviation. `images`: the mean standard error over
        the seeds, and of each seed its own (the interval's width over two quantiles of the normal
        distribution) with the interval and its method. `checkpoints`: the mean width of the ranges,
        and the ranges as given. A cause without data is left out.
    """
    found: dict[str, Any] = {}
    if len(values) > 1:
        found["seeds"] = {"number": len(values), "sd": stdev(values.values())}
    known = [_of_images(seed, one) for seed, one in images.items() if one is not None]
    if known:
        mean = fmean(one["standard_error"] for one in known)
        found["images"] = {"standard_error": mean, "each": known}
    if checkpoints:
        mean = fmean(one["range"][1] - one["range"][0] for one in checkpoints)
        found["checkpoints"] = {"width": mean, "each": list(checkpoints)}
    return found


def _of_images(seed: int, interval: ImageInterval) -> dict[str, Any]:
    return {
        "seed": seed,
        "method": interval.method,
        "interval_95": [interval.low, interval.high],
        "standard_error": (interval.high - interval.low) / (2 * _QUANTILE),
    }


def checkpoint_ranges(
    results: Path, quantity: Quantity, seeds: Iterable[int], validations: Iterable[Path]
) -> list[dict[str, Any]]:
    """How far the mIoU of the validated checkpoints ranges in the second half of each training.

    The first half is left out: there a network is still learning, and nobody would choose from it.

    Args:
        results: the folder results/<experiment>.
        quantity: of a run; of another split than the validated one there is nothing to tell.
        seeds: of the run.
        validations: all validation files.

    Raises:
        InputError: a validation is broken.
    """
    if quantity.run is None or quantity.metric != "miou":
        return []
    name = re.compile(re.escape(quantity.split) + r"\.(\d+)\.json")
    known = sorted(validations)
    ranges = []
    for seed in seeds:
        folder = (results / validation_file(quantity.run, seed, quantity.split, 0)).parent
        beside = [path for path in known if path.parent == folder]
        found = [(int(m[1]), path) for path in beside if (m := name.fullmatch(path.name))]
        last = max((iteration for iteration, _ in found), default=0)
        late = sorted((iteration, path) for iteration, path in found if 2 * iteration > last)
        if len(late) > 1:
            ranges.append(_range(quantity, seed, late))
    return ranges


def _range(quantity: Quantity, seed: int, late: Sequence[tuple[int, Path]]) -> dict[str, Any]:
    kind = quantity.validation or _DECODER
    scores = [read_validation(path, quantity.split)["miou"][kind] for _, path in late]
    return {
        "seed": seed,
        "map": kind,
        "iterations": [late[0][0], late[-1][0]],
        "number": len(late),
        "range": [min(scores), max(scores)],
    }
