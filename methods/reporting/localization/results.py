"""Tables of what was measured: rates, what is right and wrong together, classes and controls."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from methods.reporting.localization.scored import Scored, ScoredControls
from methods.reporting.localization.words import (
    CONTROLS,
    PARTS,
    RATES,
    threshold_from,
)
from methods.reporting.tables import COVERAGE, Cell, Column, Kind, Table, build_table

_RUN = (Column("run", Kind.NAME), Column("seed", Kind.COUNT), Column("split", Kind.NAME))
_PROTOCOL = Column("protocol", Kind.NAME)
_INTERVALS = {"bootstrap": (Kind.LOW, Kind.HIGH), "binomial": (Kind.FILED, Kind.FILED)}
_CLASS_RATES = ("top1_loc", "gt_known", "top1_cls")


_CAPTION = (
    "Localization: the rates of every protocol. The abbreviations and the protocols are told at the"
    " head of this section; the last columns have the settings of a protocol by their names in the"
    " experiment. Intervals are by bootstrap over images and leave out the spread between seeds;"
    " the CSV has the binomial (Wilson) ones too, which verdicts quote."
)


def rates_table(runs: Sequence[Scored]) -> Table:
    """Every rate of every protocol, and how it came about."""
    rows: list[list[Cell]] = []
    for run in runs:
        for name, protocol, metrics in run.by_protocol():
            rows.append(
                [
                    *(*run.key, protocol.split, name),
                    *_score_cells(metrics),
                    *(metrics["protocol"]["threshold"], threshold_from(protocol)),
                    *(protocol.box, protocol.crop, protocol.gt_known, protocol.several),
                ]
            )
    columns = [
        *_RUN,
        _PROTOCOL,
        *_score_columns(),
        Column("threshold", Kind.NUMBER),
        Column("threshold source"),
        *(Column(label, Kind.NAME) for label in ("box rule", "crop", "GT-known by", "several")),
    ]
    return build_table("localization", _CAPTION, columns, rows)


def decomposition_table(runs: Sequence[Scored]) -> Table:
    """How often box and class are right together, alone, or not at all."""
    rows: list[list[Cell]] = [
        [*run.key, protocol.split, name, *(metrics["decomposition"][part] for part in PARTS)]
        for run in runs
        for name, protocol, metrics in run.by_protocol()
    ]
    columns = [*_RUN, _PROTOCOL, *(Column(f"{part} (%)", Kind.NUMBER) for part in PARTS.values())]
    caption = (
        "What is right of each image: the predicted class, and the box of its map (IoU of at least"
        " 0.5). Both right is Top-1 Loc; the second column is what a better classifier could add,"
        " the third what better boxes could."
    )
    return build_table("decomposition", caption, columns, rows)


def classes_table(runs: Sequence[Scored]) -> Table:
    """Rates of each class by the protocol that stands for the run, the worst class first."""
    rows: list[list[Cell]] = []
    for run in runs:
        classes = run.metrics[run.files.headline]["per_class"]
        for name in sorted(classes, key=lambda name: _worth(classes[name])):
            scores = classes[name]
            rows.append([*run.key, name, scores["images"], *(scores[r] for r in _CLASS_RATES)])
    columns = [
        *_RUN[:2],
        Column("class", Kind.NAME),
        Column("images", Kind.COUNT),
        *(Column(f"{RATES[rate]} (%)", Kind.NUMBER) for rate in _CLASS_RATES),
    ]
    protocols = " or ".join(sorted({run.files.headline for run in runs}))
    caption = f"Rates of each class by the protocol {protocols}, the lowest Top-1 Loc first."
    return build_table("localization_classes", caption, columns, rows)


def controls_table(controls: Sequence[ScoredControls]) -> Table:
    """Boxes whose scores say what the data and the scorer are worth."""
    rows: list[list[Cell]] = []
    for of in controls:
        for name, metrics in of.metrics.items():
            words = metrics["protocol"]["prediction"]
            row = [of.dataset.name, metrics["split"], CONTROLS[name], words]
            rows.append([*row, *_score_cells(metrics)])
    columns = [
        Column("data set", Kind.NAME),
        Column("split", Kind.NAME),
        Column("control", Kind.NAME),
        Column("prediction"),
        *_score_columns(),
    ]
    caption = (
        "Controls of localization. The true box tests the scorer, since its score is known"
        " beforehand; the whole crop and the centre box say what a box is worth that does not look"
        " at the image. These take the class as given. Colour alone names the class of the nearest"
        " mean colour histogram of the training images, with the centre box."
    )
    return build_table("localization_controls", caption, columns, rows)


def _worth(scores: Mapping[str, Any]) -> float:
    """Top-1 Loc of a class; one without images comes last."""
    rate = scores["top1_loc"]
    return float("inf") if rate is None else float(rate)


def _score_columns() -> Iterator[Column]:
    for rate in RATES.values():
        yield Column(f"{rate} (%)", Kind.NUMBER)
        for name, kinds in _INTERVALS.items():
            for end, kind in zip(("low", "high"), kinds, strict=True):
                yield Column(f"{rate}: {name} {end}", kind)
    yield from (Column(f"BoxAcc 0.{level} (%)", Kind.NUMBER) for level in "357")
    yield from (Column(name, Kind.NUMBER) for name in ("BoxAcc V2 (%)", "PxAP (%)"))
    yield Column("constant maps", Kind.COUNT)
    yield from COVERAGE


def _score_cells(metrics: Mapping[str, Any]) -> Iterator[Cell]:
    for rate in RATES:
        yield metrics[rate]
        for name in _INTERVALS:
            yield from metrics["intervals_95"][rate][name]
    yield from (metrics["box_acc"][level] for level in ("30", "50", "70"))
    yield from (metrics["box_acc_v2"], metrics["pxap"], metrics["constant_maps"])
    yield from (metrics["coverage"]["evaluated"], metrics["coverage"]["expected"])
