"""Tables of what was measured: the ladder, the maps and the controls."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from methods.data.files import read_json
from methods.protocols import Protocol
from methods.reporting.protocol_names import LABELS, MAPS
from methods.reporting.seed_words import LEFT_OUT
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import DatasetSources
from methods.reporting.tables import (
    COVERAGE,
    Cell,
    Column,
    Kind,
    Table,
    build_table,
)
from methods.reporting.told_once import told_once

CONTROL_NAMES = {
    "perfect": "the ground truth itself",
    "all_background": "all background",
    "colour": "colour alone",
}
_SCORES = (
    Column("mIoU (%)", Kind.NUMBER),
    Column("95 % low", Kind.LOW),
    Column("95 % high", Kind.HIGH),
    Column("pixel accuracy (%)", Kind.NUMBER),
    Column("mean accuracy (%)", Kind.NUMBER),
    Column("mean precision (%)", Kind.NUMBER),
    *COVERAGE,
)
_RUN = (Column("run", Kind.NAME), Column("seed", Kind.COUNT), Column("split", Kind.NAME))
_PROTOCOL = Column("protocol", Kind.NAME)
_MAPPED = (Column("map"), Column("labels"))
_STEPS = tuple(Column(name, Kind.NAME) for name in ("scales", "flip", "CRF"))


def ladder_table(runs: Sequence[SegmentationSources]) -> Table:
    """What each step adds to the decoder."""
    rows: list[list[Cell]] = []
    for run in runs:
        checked = read_json(run.cross_check)["protocols"]
        before: dict[str, float] = {}  # the last mIoU by how images are resized
        for name, protocol in run.decoder.items():
            metrics = read_json(run.metrics(protocol.split, name))
            step = f"{protocol.split}.{protocol.resize}"
            gain = metrics["miou"] - before[step] if step in before else None
            before[step] = metrics["miou"]
            key = f"{protocol.split}.{name}"
            other = checked[key]["miou"] if protocol.split == run.split else None
            rows.append(
                [
                    *(run.run, run.seed, protocol.split, name),
                    *_score_cells(metrics),
                    *(gain, other, *_steps(protocol), protocol.resize),
                ]
            )
    columns = [
        *_RUN,
        _PROTOCOL,
        *_SCORES,  # so far to the left that a small screen shows the first one
        Column("gain (points)", Kind.SIGNED),
        Column("mIoU, second scorer (%)", Kind.NUMBER),
        *_STEPS,
        Column("resizing", Kind.NAME),
    ]
    caption = (
        "Segmentation by the decoder. The gain is over the protocol before that resizes images in"
        f" the same way. Bootstrap intervals over images {LEFT_OUT}. The second scorer is"
        " mmsegmentation."
    )
    return told_once(build_table("ladder", caption, columns, rows), 3)


def seeds_table(runs: Sequence[SegmentationSources]) -> Table:
    """How good the localization maps are as labels."""
    rows: list[list[Cell]] = []
    for run in runs:
        for name, protocol in run.mapped.items():
            assert protocol.labels is not None  # the schema asks for them
            rows.append(
                [
                    *(run.run, run.seed, protocol.split, name),
                    *_score_cells(read_json(run.metrics(protocol.split, name))),
                    *(MAPS[protocol.map], LABELS[protocol.labels], *_steps(protocol)),
                    *(protocol.background, protocol.threshold_source),
                ]
            )
    columns = [
        *_RUN,
        _PROTOCOL,
        *_SCORES,
        *(replace(column, kind=Kind.FILED) for column in (*_MAPPED, *_STEPS)),
        Column("background threshold", Kind.NUMBER),
        Column("threshold from", Kind.NAME),
    ]
    caption = (
        "Localization maps as label maps. A pixel whose highest map is at or below the threshold is"
        " background; the CRF needs none, since it takes one minus the highest map for background."
        " The CSV's labels say which classes may appear: the image's own (given); those that the"
        " classifier names, or the decoder where it names none (predicted by the classifier); or"
        " the other way round."
    )
    return told_once(build_table("seeds", caption, columns, rows), 2)


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
        "Controls. The ground truth and all background, whose scores are known, test the scorer."
        " Colour alone tests the data: fitted on full masks of training images, it labels each"
        " pixel by the colours around it."
    )
    return build_table("controls", caption, columns, rows)


def _steps(protocol: Protocol) -> list[Cell]:
    """Scales, flip and CRF."""
    scales = ", ".join(f"{scale:g}" for scale in protocol.scales)
    return [scales, *("yes" if step else "no" for step in (protocol.flip, protocol.crf))]


def _score_cells(metrics: dict[str, Any]) -> list[Cell]:
    coverage = metrics["coverage"]
    return [
        metrics["miou"],
        *metrics["interval_95"],
        metrics["pixel_accuracy"],
        metrics["mean_accuracy"],
        metrics["mean_precision"],
        coverage["evaluated"],
        coverage["expected"],
    ]
