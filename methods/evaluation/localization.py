"""Metrics files of localization: what they say, and that it follows from what lies beside them."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import BoxProtocol
from methods.data.box_sets import BoxSet
from methods.data.files import atomic_path, check_fields, read_fields, unreadable, write_json
from methods.errors import InputError
from methods.evaluation.agreement import agrees
from methods.evaluation.box_scores import (
    IOUS,
    RATES,
    Outcomes,
    box_accuracy,
    curve,
    map_overlaps,
)
from methods.evaluation.overlap import Overlaps
from methods.evaluation.proportions import binomial_interval
from methods.evaluation.thresholds import Thresholds

_RATE = dict.fromkeys(RATES, float | int)
_METRICS = {
    "task": str,
    "protocol": dict,
    "classes": list,
    "coverage": dict,
    **_RATE,
    "intervals_95": dict,
    "box_acc": dict,
    "decomposition": dict,
    "constant_maps": int,
    "per_class": dict,
}
_COUNTS = ("ids", "classes", "iou", "top1", "top5", "constant")
_REMEDY = "delete the metrics file and report.html and run again, which scores again"


def judge(
    boxes: BoxSet,
    overlaps: Overlaps,
    classes: NDArray[np.int64],
    ranks: NDArray[np.int64],
    protocol: BoxProtocol,
    thresholds: Thresholds,
    index: Path,
) -> tuple[Outcomes, dict[str, Any]]:
    """Score the boxes of a split by a protocol.

    Args:
        boxes: of n images.
        overlaps: their IoU.
        classes: int64 (n,), true classes, zero-based.
        ranks: int64 (n,), of the true class by the scores of the network, from 0.
        protocol: which map counts for GT-known.
        thresholds: where the boxes are read.
        index: of the boxes, for errors.

    Returns:
        The outcome of each image, and "box_acc", "box_acc_v2" and "curve" of the document.
        "box_acc_v2" is the mean over IoU 0.3, 0.5 and 0.7 where whichever box of a map fits best
        counts; None with a rule that finds a single box.

    Raises:
        InputError: there are no boxes at one of the thresholds.
    """
    single = {key: boxes.position(value, index) for key, value in thresholds.single.items()}
    every = {key: boxes.position(value, index) for key, value in thresholds.of_all_boxes.items()}
    top1 = ranks == 0
    outcomes = Outcomes(
        ids=boxes.ids,
        classes=classes,
        iou=overlaps.first[:, :, single["50"]],
        top1=top1,
        top5=ranks < 5,
        constant=boxes.constant,
    )
    best = box_accuracy(map_overlaps(overlaps.best, protocol.gt_known), every)
    return outcomes, {
        "box_acc": box_accuracy(map_overlaps(overlaps.first, protocol.gt_known), single),
        "box_acc_v2": sum(best.values()) / len(best) if boxes.every_region else None,
        "curve": curve(overlaps, top1, protocol.gt_known, boxes.thresholds),
    }


def metrics_document(
    *,
    split: str,
    name: str,
    protocol: Mapping[str, Any],
    classes: Sequence[str],
    outcomes: Outcomes,
    expected: int,
    scores: Mapping[str, Any],
) -> dict[str, Any]:
    """Everything that a metrics file says about one protocol or control.

    Args:
        split: name of the split.
        name: of the protocol or control.
        protocol: how the boxes came about.
        classes: names of the C classes.
        outcomes: of each image.
        expected: number of images of the split.
        scores: "box_acc", "box_acc_v2", "pxap" and "curve", which need more than the outcomes.

    Raises:
        InputError: fewer (or more) images were scored than the split has.
    """
    images = len(outcomes.ids)
    if images != expected:
        raise InputError(
            f"metrics of {split}.{name}",
            f"{images} scored images",
            f"all {expected} of the split",
            "delete the index.json of its boxes and report.html and run again; a score over a part"
            " of a split is void",
        )
    gt_known = _gt_known(f"metrics of {split}.{name}", protocol)
    events = outcomes.events(gt_known)
    return {
        "task": "localization",
        "split": split,
        "name": name,
        "protocol": dict(protocol),
        "classes": list(classes),
        "coverage": {"evaluated": images, "expected": expected},
        **outcomes.summary(gt_known, classes),
        "intervals_95": {rate: {"binomial": binomial_interval(events[rate])} for rate in RATES},
        **scores,
    }


def write_metrics(
    path: Path, counts_path: Path, document: Mapping[str, Any], outcomes: Outcomes
) -> None:
    """Write a metrics file, and beside it the outcome of each image for any later statistics."""
    with atomic_path(counts_path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(
            file,
            ids=np.array(outcomes.ids),
            classes=outcomes.classes,
            iou=outcomes.iou,
            top1=outcomes.top1,
            top5=outcomes.top5,
            constant=outcomes.constant,
        )
    write_json(path, document)


def read_metrics(path: Path) -> dict[str, Any]:
    """Read a metrics file whose scores are those of the outcomes beside it.

    The five rates, their binomial intervals, the decomposition, the scores of each class, the
    number of constant maps and the box accuracy at IoU 0.5 are computed again. What needs other
    boxes, or resampling, is taken as it stands.

    Raises:
        InputError: a file is missing or broken, or a score is not that of the outcomes.
    """
    document: dict[str, Any] = read_fields(path, _METRICS)
    coverage = check_fields(path, document["coverage"], {"evaluated": int, "expected": int})
    box_acc = check_fields(path, document["box_acc"], dict.fromkeys(IOUS, float | int))
    intervals = check_fields(path, document["intervals_95"], dict.fromkeys(RATES, dict))
    names = [str(name) for name in document["classes"]]
    outcomes = _read_outcomes(path.with_suffix(".counts.npz"), len(names))
    gt_known = _gt_known(path, document["protocol"])
    known = outcomes.summary(gt_known, names)
    images = len(outcomes.ids)
    compared: dict[str, tuple[Any, Any]] = {
        "task": (document["task"], "localization"),
        "coverage": (coverage, {"evaluated": images, "expected": images}),
        **{key: (document[key], value) for key, value in known.items()},
        "box_acc.50": (box_acc["50"], known["gt_known"]),
    }
    for rate, flags in outcomes.events(gt_known).items():
        stated = check_fields(path, intervals[rate], {"binomial": list})["binomial"]
        ends = dict(enumerate(binomial_interval(flags)))
        compared[f"intervals_95.{rate}"] = (dict(enumerate(stated)), ends)
    for name, (stated, expected) in compared.items():
        if not agrees(stated, expected):
            raise InputError(
                f"{name} of {path}",
                f"{stated}" if isinstance(expected, int | float | str) else "other values",
                f"{expected} by the counts beside it"
                if isinstance(expected, int | float | str)
                else "those by the counts beside it",
                _REMEDY,
            )
    return document


def _gt_known(where: str | Path, protocol: Mapping[str, Any]) -> str:
    """The class whose map makes the box of GT-known; a control has one box for both."""
    if "prediction" in protocol:
        return "predicted"
    stated = protocol.get("gt_known")
    if stated not in ("predicted", "labelled"):
        raise InputError(
            where, f"{stated!r} as protocol.gt_known", "predicted or labelled", _REMEDY
        )
    return str(stated)


def _read_outcomes(path: Path, num_classes: int) -> Outcomes:
    try:
        with np.load(path) as archive:
            held = {key: archive[key] for key in _COUNTS}
    except FileNotFoundError as error:
        raise InputError(path, "no such file", "the outcome of each image", _REMEDY) from error
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(path, "bytes that are no counts", "a whole .npz", _REMEDY) from error
    ids = tuple(held.pop("ids").tolist())
    images = len(set(ids))
    shapes = {key: held[key].shape for key in _COUNTS[1:]}
    expected = {key: (images, 2) if key in ("iou", "constant") else (images,) for key in shapes}
    if not images or shapes != expected:
        raise InputError(path, f"counts of shapes {shapes}", f"{expected} by its ids", _REMEDY)
    if not 0 <= held["classes"].min() <= held["classes"].max() < num_classes:
        found = f"classes {held['classes'].min()} to {held['classes'].max()}"
        raise InputError(path, found, f"0 to {num_classes - 1}", _REMEDY)
    return Outcomes(ids, **held)
