"""What the numbers of a metrics file are called; a dot leads into a block."""

from collections.abc import Mapping, Sequence

PROTOCOL = "protocol."  # begins the names of numbers that a protocol or control states itself

_BLOCK = "per_class"
_OF_CLASS: Mapping[str, tuple[str, ...]] = {
    "segmentation": ("iou", "precision", "recall", "confusion_ratio"),
    "localization": ("images", "top1_loc", "gt_known", "top1_cls"),
}
_OF_ALL: Mapping[str, tuple[str, ...]] = {
    "segmentation": ("miou", "pixel_accuracy", "mean_accuracy", "mean_precision"),
    "localization": (
        *("top1_loc", "top5_loc", "gt_known", "top1_cls", "top5_cls"),
        *("box_acc.30", "box_acc.50", "box_acc.70", "box_acc_v2", "pxap"),
        *(f"decomposition.{kind}" for kind in ("both", "box_only", "class_only", "neither")),
        "constant_maps",
    ),
}
# By which the runs of an ablation may be compared; by the first unless the experiment names one.
COMPARED: Mapping[str, tuple[str, ...]] = {
    "segmentation": ("miou", "mean_precision", "mean_accuracy"),
    "localization": ("top1_loc", "top5_loc", "gt_known", "top1_cls"),
}
_OF_COVERAGE = ("coverage.evaluated", "coverage.expected")


def metric_names(task: str, classes: Sequence[str]) -> tuple[str, ...]:
    """The numbers of a metrics file, without those of a protocol.

    Args:
        task: segmentation or localization.
        classes: names of the data set's classes.
    """
    labels = ("background", *classes) if task == "segmentation" else classes
    by_class = (f"{_BLOCK}.{label}.{score}" for label in labels for score in _OF_CLASS[task])
    return (*_OF_ALL[task], *_OF_COVERAGE, *by_class)


def receipt_names(classes: Sequence[str]) -> tuple[str, ...]:
    """The numbers of the evaluation server's receipt."""
    return ("miou", *(f"{_BLOCK}.{label}.iou" for label in ("background", *classes)))


def is_of_class(name: str) -> bool:
    """Whether a name begins as the scores of a class do."""
    return name.startswith(f"{_BLOCK}.")
