"""Tables of what was measured: rates, what is right and wrong together, classes and controls."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from methods.reporting.localization.scored import Scored, ScoredControls, interval
from methods.reporting.localization.words import CONTROLS, PARTS, RATES
from methods.reporting.seed_words import LEFT_OUT
from methods.reporting.tables import COVERAGE, Cell, Column, Kind, Table, build_table
from methods.reporting.told_once import told_once

_CLASS_RATES = ("top1_loc", "gt_known", "top1_cls")
_RUN = (Column("run", Kind.NAME), Column("seed", Kind.COUNT))
_SCORED = (*_RUN, Column("split", Kind.NAME), Column("protocol", Kind.NAME))
_ACCURACIES = (
    *(Column(f"BoxAcc 0.{level} (%)", Kind.NUMBER) for level in "357"),
    *(Column(name, Kind.NUMBER) for name in ("BoxAcc V2 (%)", "PxAP (%)")),
    Column("constant maps", Kind.COUNT),
)
_CAPTION = (
    "Localization: the rates of every protocol, with binomial (Wilson) intervals over images, which"
    f" {LEFT_OUT}."
)
_ACCURACY = (
    "Localization: how many boxes are right at other overlaps than 0.5, what the maps are worth"
    " without a threshold, and how many of them are constant, which have no box."
)


def rates_table(runs: Sequence[Scored]) -> Table:
    """Every rate of every protocol."""
    rows = [
        [
            *run.key,
            protocol.split,
            name,
            *_rate_cells(metrics),
            metrics["protocol"]["threshold"],
            *_covered(metrics),
        ]
        for run in runs
        for name, protocol, metrics in run.by_protocol()
    ]
    columns = [*_SCORED, *_rate_columns(), Column("threshold", Kind.NUMBER), *COVERAGE]
    return told_once(build_table("localization", _CAPTION, columns, rows), 3)


def accuracy_table(runs: Sequence[Scored]) -> Table:
    """Box accuracies of every protocol, and what needs no threshold."""
    rows = [
        [*run.key, protocol.split, name, *_accuracy_cells(metrics)]
        for run in runs
        for name, protocol, metrics in run.by_protocol()
    ]
    columns = [*_SCORED, *_ACCURACIES]
    return told_once(build_table("box_accuracy", _ACCURACY, columns, rows), 3)


def decomposition_table(runs: Sequence[Scored]) -> Table:
    """How often box and class are right together, alone, or not at all."""
    rows: list[list[Cell]] = [
        [*run.key, protocol.split, name, *(metrics["decomposition"][part] for part in PARTS)]
        for run in runs
        for name, protocol, metrics in run.by_protocol()
    ]
    columns = [*_SCORED, *(Column(f"{part} (%)", Kind.NUMBER) for part in PARTS.values())]
    caption = (
        "What is right of each image: the predicted class, and the box of its map (IoU of at least"
        " 0.5). Both right is Top-1 Loc; the second column is what a better classifier could add,"
        " the third what better boxes could."
    )
    return told_once(build_table("decomposition", caption, columns, rows), 3)


def classes_table(runs: Sequence[Scored]) -> Table:
    """Rates of each class by the protocol that stands for the run, the worst class first."""
    rows: list[list[Cell]] = []
    for run in runs:
        classes = run.metrics[run.files.headline]["per_class"]
        for name in sorted(classes, key=lambda name: _worth(classes[name])):
            scores = classes[name]
            rows.append([*run.key, name, scores["images"], *(scores[r] for r in _CLASS_RATES)])
    columns = [
        *_RUN,
        Column("class", Kind.NAME),
        Column("images", Kind.COUNT),
        *(Column(f"{RATES[rate]} (%)", Kind.NUMBER) for rate in _CLASS_RATES),
    ]
    protocols = " or ".join(sorted({run.files.headline for run in runs}))
    caption = f"Rates of each class by the protocol {protocols}, the lowest Top-1 Loc first."
    return told_once(build_table("localization_classes", caption, columns, rows), 2)


def controls_table(controls: Sequence[ScoredControls]) -> Table:
    """Boxes whose scores say what the data and the scorer are worth."""
    rows: list[list[Cell]] = [
        [
            *(of.dataset.name, metrics["split"], CONTROLS[name]),
            metrics["protocol"]["prediction"],
            *(*_rate_cells(metrics), *_accuracy_cells(metrics), *_covered(metrics)),
        ]
        for of in controls
        for name, metrics in of.metrics.items()
    ]
    columns = [
        Column("data set", Kind.NAME),
        Column("split", Kind.NAME),
        Column("control", Kind.NAME),
        Column("prediction", Kind.FILED),
        *_rate_columns(),
        *(replace(column, kind=Kind.FILED) for column in _ACCURACIES),
        *COVERAGE,
    ]
    caption = (
        "Controls of localization. The true box tests the scorer, since its score is known"
        " beforehand; the whole crop and the centre box say what a box is worth that does not look"
        " at the image. These take the class as given. Colour alone names the class of the nearest"
        " mean colour histogram of the training images, with the centre box. The CSV has the box"
        " accuracies, too, and says in full how each prediction is made."
    )
    return told_once(build_table("localization_controls", caption, columns, rows), 2)


def _worth(scores: Mapping[str, Any]) -> float:
    """Top-1 Loc of a class; one without images comes last."""
    rate = scores["top1_loc"]
    return float("inf") if rate is None else float(rate)


def _rate_columns() -> Iterator[Column]:
    for rate in RATES.values():
        yield Column(f"{rate} (%)", Kind.NUMBER)
        yield from (Column(f"{rate}: low", Kind.LOW), Column(f"{rate}: high", Kind.HIGH))


def _rate_cells(metrics: Mapping[str, Any]) -> Iterator[Cell]:
    for rate in RATES:
        yield metrics[rate]
        yield from interval(metrics, rate)


def _accuracy_cells(metrics: Mapping[str, Any]) -> Iterator[Cell]:
    yield from (metrics["box_acc"][level] for level in ("30", "50", "70"))
    yield from (metrics["box_acc_v2"], metrics["pxap"], metrics["constant_maps"])


def _covered(metrics: Mapping[str, Any]) -> Iterator[Cell]:
    yield from (metrics["coverage"]["evaluated"], metrics["coverage"]["expected"])
