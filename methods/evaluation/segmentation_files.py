"""What segmentation is scored from, and the metrics file that the scores stand in."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.files import atomic_path, check_fields, read_fields, unreadable, write_json
from methods.data.labels import read_label_png
from methods.data.predictions import PredictionIndex
from methods.data.samples import ManifestFiles
from methods.errors import InputError
from methods.evaluation.agreement import agrees
from methods.evaluation.segmentation import BACKGROUND, Counts, SegmentationScores, scores
from methods.evaluation.statistics import bootstrap_iou

_METRICS = {
    "coverage": dict,
    "classes": list,
    "miou": float | int,
    "pixel_accuracy": float | int,
    "mean_accuracy": float | int,
    "mean_precision": float | int | None,
    "per_class": dict,
    "iou_interval_95": dict,
    "confusion_matrix": list,
}
_REMEDY = "delete the metrics file and report.html and run again, which scores again"


def read_pairs(
    predictions: PredictionIndex, truths: ManifestFiles, num_classes: int
) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Read ground truth and prediction of every image, both uint8 (H, W).

    Args:
        predictions: index of label maps.
        truths: holds the ground truth.
        num_classes: C foreground classes.

    Raises:
        InputError: a label map is missing, changed, broken, of another size than its image, or
            holds another label than 0..C (255 is allowed in the ground truth).
    """
    for item in predictions.items:
        size = (item.height, item.width)
        truth = truths.mask(item.id, num_classes, size)
        prediction = read_label_png(predictions.path(item), num_classes, size)
        if prediction.max() > num_classes:
            raise InputError(
                predictions.path(item),
                f"label {prediction.max()}",
                f"a decision, 0 to {num_classes}, at every pixel",
                predictions.remedy,
            )
        yield truth, prediction


def metrics_document(
    *,
    split: str,
    name: str,
    protocol: Mapping[str, Any],
    classes: Sequence[str],
    counts: Counts,
    expected: int,
    bootstrap_samples: int,
    bootstrap_seed: int,
) -> dict[str, Any]:
    """Everything that a metrics file says about one protocol or control.

    Args:
        split: name of the split.
        name: of the protocol or control.
        protocol: how the predictions came about.
        classes: the C foreground classes.
        counts: int64 (images, C+1, C+1).
        expected: number of images of the split.
        bootstrap_samples: resamples of the images behind the 95 % interval.
        bootstrap_seed: of the resampling.

    Raises:
        InputError: fewer (or more) images were scored than the split has.
    """
    if len(counts) != expected:
        raise InputError(
            f"metrics of {split}.{name}",
            f"{len(counts)} scored images",
            f"all {expected} of the split",
            "delete the index.json of its label maps and report.html and run again; a score over a"
            " part of a split is void",
        )
    names = (BACKGROUND, *classes)
    total = counts.sum(axis=0)
    result = scores(total)
    intervals = bootstrap_iou(counts, bootstrap_samples, bootstrap_seed)
    return {
        "split": split,
        "name": name,
        "protocol": dict(protocol),
        "coverage": {"evaluated": len(counts), "expected": expected},
        "classes": list(names),
        "miou": result.miou,
        "interval_95": list(intervals.miou),
        "pixel_accuracy": result.pixel_accuracy,
        "mean_accuracy": result.mean_accuracy,
        "mean_precision": _number(result.mean_precision),
        "per_class": _per_class(result, names),
        "iou_interval_95": {
            name: [_number(low), _number(high)]
            for name, (low, high) in zip(names, intervals.iou, strict=True)
        },
        "confusion_matrix": total.tolist(),
    }


def write_metrics(
    path: Path, counts_path: Path, document: Mapping[str, Any], ids: Sequence[str], counts: Counts
) -> None:
    """Write a metrics file, and beside it the counts of each image for any later statistics."""
    with atomic_path(counts_path) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, ids=np.array(ids), counts=counts)
    write_json(path, document)


def read_metrics(path: Path) -> dict[str, Any]:
    """Read a metrics file whose scores are those of the counts beside it.

    The intervals, the protocol and the number of the split's images are taken as they stand: the
    counts do not tell them. What was scored over a part of a split is read, and judged void.

    Raises:
        InputError: a file is missing or broken, or a score is not that of the counts.
    """
    document: dict[str, Any] = read_fields(path, _METRICS)
    coverage = check_fields(path, document["coverage"], {"evaluated": int, "expected": int})
    ids, counts = _read_counts(path.with_suffix(".counts.npz"))
    names = [str(name) for name in document["classes"]]
    shape = (len(set(ids)), len(names), len(names))
    if counts.shape != shape:
        found = f"counts of shape {counts.shape}"
        raise InputError(path, found, f"{shape} by its ids and classes", _REMEDY)
    total = counts.sum(axis=0)
    result = scores(total)
    counted = {
        "coverage.evaluated": (coverage["evaluated"], len(counts)),
        "confusion_matrix": (document["confusion_matrix"], total.tolist()),
        "miou": (document["miou"], result.miou),
        "pixel_accuracy": (document["pixel_accuracy"], result.pixel_accuracy),
        "mean_accuracy": (document["mean_accuracy"], result.mean_accuracy),
        "mean_precision": (document["mean_precision"], _number(result.mean_precision)),
        "per_class": (document["per_class"], _per_class(result, names)),
    }
    for name, (stated, known) in counted.items():
        if not agrees(stated, known):
            found = str(stated) if isinstance(known, int | float) else "other values"
            expected = str(known) if isinstance(known, int | float) else "those"
            where = f"{name} of {path}"
            raise InputError(where, found, f"{expected} by the counts beside it", _REMEDY)
    return document


def _read_counts(path: Path) -> tuple[list[str], Counts]:
    try:
        with np.load(path) as held:
            return held["ids"].tolist(), held["counts"].astype(np.int64)
    except FileNotFoundError as error:
        raise InputError(path, "no such file", "the counts of each image", _REMEDY) from error
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(path, "bytes that are no counts", "a whole .npz", _REMEDY) from error


def _per_class(result: SegmentationScores, names: Sequence[str]) -> dict[str, Any]:
    return {
        name: {
            "iou": _number(result.iou[k]),
            "precision": _number(result.precision[k]),
            "recall": _number(result.recall[k]),
            "confusion_ratio": _number(result.confusion_ratio[k]),
        }
        for k, name in enumerate(names)
    }


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
