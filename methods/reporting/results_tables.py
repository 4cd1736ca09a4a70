"""Tables of what was measured: the ladder, the controls, the seeds, the classes, the training."""

from collections.abc import Sequence
from typing import Any

from methods.data.files import read_json
from methods.layout import SEED_STAGES, SEGMENTATION_STAGES
from methods.reporting.sources import DatasetSources, RunSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table
from methods.yaml_files import read_yaml

STAGE_NAMES = {
    "raw": "raw, one scale",
    "multiscale": "multi-scale + flip",
    "crf": "multi-scale + flip + CRF",
    "cam": "CAM",
    "aux_cam": "auxiliary CAM",
    "lam": "LAM",
}
CONTROL_NAMES = {
    "perfect": "the ground truth itself",
    "all_background": "all background",
    "colour": "colour alone",
}
_CLASS_SCORES = ("iou", "precision", "recall", "confusion_ratio")
_SCORES = (
    Column("mIoU (%)", Kind.NUMBER),
    Column("95 % low", Kind.NUMBER),
    Column("95 % high", Kind.NUMBER),
    Column("pixel accuracy (%)", Kind.NUMBER),
    Column("mean accuracy (%)", Kind.NUMBER),
    Column("images", Kind.COUNT),
    Column("of", Kind.COUNT),
)


def ladder_table(runs: Sequence[RunSources]) -> Table:
    """What post-processing adds: raw, multi-scale + flip, + CRF."""
    rows: list[list[Cell]] = []
    for run in runs:
        checked = read_json(run.cross_check)["stages"]
        before: float | None = None
        for stage in SEGMENTATION_STAGES:
            metrics = read_json(run.metrics(run.segmentation_split, stage))
            gain = None if before is None else metrics["miou"] - before
            before = metrics["miou"]
            other = checked[f"{run.segmentation_split}.{stage}"]["miou"]
            rows.append(
                [
                    *(run.run, run.seed, run.segmentation_split, STAGE_NAMES[stage], gain),
                    *_score_cells(metrics),
                    other,
                ]
            )
    columns = [
        *_run_columns("stage"),
        Column("gain (points)", Kind.SIGNED),
        *_SCORES,
        Column("mIoU, second scorer (%)", Kind.NUMBER),
    ]
    caption = (
        "Segmentation. Intervals are bootstrap intervals over images and leave out the spread"
        " between seeds. The second scorer is mmsegmentation."
    )
    return build_table("ladder", caption, columns, rows)


def controls_table(datasets: Sequence[DatasetSources]) -> Table:
    """Predictions whose score says what the data and the scorer are worth."""
    rows: list[list[Cell]] = []
    for dataset in datasets:
        for control, path in dataset.controls:
            metrics = read_json(path)
            rows.append(
                [dataset.name, metrics["split"], CONTROL_NAMES[control], *_score_cells(metrics)]
            )
    columns = [
        Column("data set", Kind.NAME),
        Column("split", Kind.NAME),
        Column("control", Kind.NAME),
        *_SCORES,
    ]
    caption = (
        "Controls. The ground truth itself and all background test the scorer, since their scores"
        " are known beforehand. Colour alone tests the data: it labels each pixel by the colours"
        " around it, and was fitted on the full masks of training images."
    )
    return build_table("controls", caption, columns, rows)


def seeds_table(runs: Sequence[RunSources]) -> Table:
    """How good the localization maps are as labels, image labels given."""
    rows: list[list[Cell]] = []
    for run in runs:
        for stage in SEED_STAGES:
            metrics = read_json(run.metrics(run.seed_split, stage))
            rows.append(
                [run.run, run.seed, run.seed_split, STAGE_NAMES[stage], *_score_cells(metrics)]
            )
    columns = [*_run_columns("map"), *_SCORES]
    caption = "Localization maps as seed labels, image labels given."
    return build_table("seeds", caption, columns, rows)


def classes_table(runs: Sequence[RunSources]) -> Table:
    """Scores of each class after the CRF."""
    rows: list[list[Cell]] = []
    for run in runs:
        metrics = read_json(run.metrics(run.segmentation_split, "crf"))
        for name in metrics["classes"]:
            scores = metrics["per_class"][name]
            rows.append(
                [
                    run.run,
                    run.seed,
                    name,
                    *(scores[key] for key in _CLASS_SCORES),
                ]
            )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("class", Kind.NAME),
        Column("IoU (%)", Kind.NUMBER),
        Column("precision (%)", Kind.NUMBER),
        Column("recall (%)", Kind.NUMBER),
        Column("confusion ratio", Kind.NUMBER),
    ]
    caption = (
        "Classes after multi-scale + flip + CRF. The confusion ratio is false positives per true"
        " positive."
    )
    return build_table("classes", caption, columns, rows)


def training_table(runs: Sequence[RunSources]) -> Table:
    """What each training run did, and which checkpoint was taken."""
    rows: list[list[Cell]] = []
    for run in runs:
        done = read_json(run.done)
        derived = read_yaml(run.resolved)["derived"]
        checkpoint = read_json(run.checkpoint)
        rows.append(
            [
                run.run,
                run.seed,
                done["iterations"],
                derived["global_batch"],
                done["images_seen"],
                done["distinct_images"],
                derived["training_images"],
                done["seconds"] / 60,
                checkpoint["rule"],
                checkpoint["iteration"],
            ]
        )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("iterations", Kind.COUNT),
        Column("batch", Kind.COUNT),
        Column("images seen", Kind.COUNT),
        Column("distinct images", Kind.COUNT),
        Column("of", Kind.COUNT),
        Column("time (min)", Kind.NUMBER),
        Column("checkpoint rule", Kind.NAME),
        Column("checkpoint iteration", Kind.COUNT),
    ]
    return build_table("training", "Training runs.", columns, rows)


def machines_table(runs: Sequence[RunSources]) -> Table:
    """The machine that trained each run, as the training itself recorded it."""
    rows: list[list[Cell]] = []
    for run in runs:
        done = read_json(run.done)
        machine = done["machine"]
        rows.append(
            [
                *(run.run, run.seed, done["device"], machine["gpu"] or machine["processor"]),
                *(machine[key] for key in ("threads", "torch", "python", "system", "host")),
            ]
        )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("device", Kind.NAME),
        Column("processor or GPU", Kind.NAME),
        Column("CPU threads", Kind.COUNT),
        Column("torch", Kind.NAME),
        Column("python", Kind.NAME),
        Column("system", Kind.NAME),
        Column("host", Kind.NAME),
    ]
    return build_table("machines", "The machines that trained.", columns, rows)


def _run_columns(what: str) -> list[Column]:
    return [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("split", Kind.NAME),
        Column(what, Kind.NAME),
    ]


def _score_cells(metrics: dict[str, Any]) -> list[Cell]:
    coverage = metrics["coverage"]
    return [
        metrics["miou"],
        *metrics["interval_95"],
        metrics["pixel_accuracy"],
        metrics["mean_accuracy"],
        coverage["evaluated"],
        coverage["expected"],
    ]
