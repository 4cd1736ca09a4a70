"""The same label maps through another program's scorer: mmsegmentation's IoUMetric."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import mmseg
import numpy as np
import torch
from mmseg.evaluation import IoUMetric
from numpy.typing import NDArray

from methods.data.labels import IGNORE
from methods.errors import InputError

TOLERANCE = 1e-6  # percent points

Labels = NDArray[np.integer[Any]]


def mmseg_miou(pairs: Iterable[tuple[Labels, Labels]], classes: Sequence[str]) -> float:
    """mIoU by mmsegmentation, percent, unrounded.

    mmsegmentation adds up float32 counts, which stop being exact at 2**24 pixels, and its summary
    is rounded to two decimals. So its counts of each image are added here in float64 and handed
    to its own formula. As in our scorer, the mean is over the labels that occur in the truth.

    Args:
        pairs: truth and prediction (H, W) of each image.
        classes: names of all labels, background first.
    """
    metric = IoUMetric(ignore_index=IGNORE)
    metric.dataset_meta = {"classes": tuple(classes)}
    for truth, prediction in pairs:
        sample = {
            "gt_sem_seg": {"data": torch.from_numpy(truth.astype(np.int64))},
            "pred_sem_seg": {"data": torch.from_numpy(prediction.astype(np.int64))},
        }
        metric.process({}, [sample])
    areas = [torch.stack(area).double().sum(0) for area in zip(*metric.results, strict=True)]
    iou = metric.total_area_to_metrics(*areas)["IoU"]
    return float(100 * iou[areas[3].numpy() > 0].mean())


def compare(name: str, ours: float, theirs: float) -> dict[str, float]:
    """One protocol's entry of the cross-check file.

    Args:
        name: split and protocol, for the sentence.
        ours: mIoU, percent.
        theirs: mmsegmentation's, percent.

    Raises:
        InputError: the two programs differ by more than 1e-6 percent points.
    """
    difference = ours - theirs
    if not abs(difference) <= TOLERANCE:
        raise InputError(
            f"mIoU of {name}",
            f"{ours:.8f}",
            f"{theirs:.8f}, which mmsegmentation counts on the same label maps",
            "trust neither number before the cause is found",
        )
    return {"miou": theirs, "difference": difference}


def cross_check_document(protocols: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """The cross-check file of a run, from one `compare` entry a protocol.

    Args:
        protocols: by <split>.<protocol>.
    """
    return {
        "tool": "mmsegmentation",
        "version": mmseg.__version__,
        "protocols": dict(protocols),
    }
