"""What a localization run makes of its checkpoint: class maps, boxes, thresholds and scores."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from methods.box_protocols import BoxProtocol, BoxRule, beyond_grid
from methods.data import box_sets
from methods.data.centre_crop import CentreCrop
from methods.data.files import write_json
from methods.data.predictions import PredictionItem, read_predictions, write_arrays, write_index
from methods.evaluation.box_scores import Outcomes
from methods.evaluation.localization import judge, metrics_document, write_metrics
from methods.evaluation.overlap import overlaps
from methods.evaluation.ranking import read_ranks
from methods.evaluation.thresholds import Thresholds, choose_thresholds, read_thresholds
from methods.evaluation.truths import read_truths
from methods.layout import boxes_index, class_maps_index, metrics_file, threshold_file
from methods.postprocess.boxes import boxes_of_image, threshold_grid

if TYPE_CHECKING:
    from tests.report.localization_results import LocalizationResults

VIEW = CentreCrop(resize=72, image_size=64)
_GRID = 16  # sides of a class map


class Mistakes(NamedTuple):
    """Of which images of a split, counted from its first, a run goes wrong.

    Attributes:
        named: positions of images whose class is wrong; the map of the true one is a corner's.
        located: positions of images whose maps point at a corner.
        constant: positions of images whose maps have one value.
    """

    named: Sequence[int] = ()
    located: Sequence[int] = ()
    constant: Sequence[int] = ()


def write_predictions(
    results: "LocalizationResults", run: str, seed: int, split: str, mistakes: Mistakes
) -> None:
    """Logits and class maps of every image of a split."""
    index = results.root / class_maps_index(run, seed, split)
    truths = read_truths(results.manifest, results.records(split), VIEW, "exact", "last")[:, 0]
    items = []
    for position, record in enumerate(results.records(split)):
        true, wrong = int(record.labels.argmax()), position in mistakes.named
        predicted = (true + 1) % len(results.classes) if wrong else true
        logits = results.rng.uniform(0, 1, len(results.classes)).astype(np.float32)
        logits[predicted] = 2
        first = _map(results, truths[position], position, mistakes)
        corner = _map(results, truths[position], position, Mistakes(located=(position,)))
        arrays = {
            "logits": logits,
            "classes": np.array([predicted, true]),
            "maps": np.stack([first, corner if wrong else first]),
            "attention": first[::-1],  # upside down, to tell it from the map
        }
        file = f"maps/{record.id}.npz"
        write_arrays(index.parent / file, arrays)
        items.append(PredictionItem(record.id, file, record.height, record.width))
    source = {"checkpoint_sha256": f"of {run}", "image_size": VIEW.image_size}
    write_index(index, split=split, expected=len(items), source=source, items=items)


def _map(
    results: "LocalizationResults", box: np.ndarray, position: int, mistakes: Mistakes
) -> np.ndarray:
    """A bump over the object, or in a corner, float32 (16, 16)."""
    if position in mistakes.constant:
        return np.full((_GRID, _GRID), 0.5, np.float32)
    if position in mistakes.located:
        box = np.array([0.0, 0, 10 + position, 10])
    x1, y1, x2, y2 = box / VIEW.image_size
    at = (np.arange(_GRID) + 0.5) / _GRID
    rows, columns = (
        np.exp(-(((at - (low + high) / 2) / (0.42 * (high - low))) ** 4))
        for low, high in ((y1, y2), (x1, x2))
    )
    noise = results.rng.uniform(0, 0.06, (_GRID, _GRID))
    return (rows[:, None] * columns + noise).astype(np.float32)


def write_boxes(
    results: "LocalizationResults", run: str, seed: int, split: str, rule: BoxRule
) -> None:
    """The boxes that a rule makes of the class maps of a split."""
    predictions = read_predictions(results.root / class_maps_index(run, seed, split))
    thresholds = threshold_grid(beyond_grid(results.experiment["runs"][run]))
    boxes = box_sets.collect(
        split=split,
        expected=predictions.expected,
        source={**predictions.source, "box": rule},
        ids=[item.id for item in predictions.items],
        thresholds=thresholds,
        found=[
            boxes_of_image(predictions.path(item), thresholds, VIEW.image_size, rule)
            for item in predictions.items
        ],
    )
    box_sets.write_box_set(results.root / boxes_index(run, seed, split, rule), boxes)


def write_scores(
    results: "LocalizationResults", run: str, seed: int, name: str, protocol: BoxProtocol
) -> None:
    """The threshold that a protocol chooses, if it does, and the scores of its boxes."""
    thresholds = _thresholds(results, run, seed, name, protocol)
    index = results.root / boxes_index(run, seed, protocol.split, protocol.box)
    predictions = read_predictions(results.root / class_maps_index(run, seed, protocol.split))
    records = results.records(protocol.split)
    truths = read_truths(results.manifest, records, VIEW, protocol.crop, protocol.several)
    boxes = box_sets.read_box_set(index)
    ranks = read_ranks(predictions, records)
    found = overlaps(boxes, truths)
    outcomes, scores = judge(boxes, found, *ranks, protocol, thresholds, index)
    stated = results.experiment["runs"][run]["protocols"][name]
    made = {**boxes.source, **stated, "threshold": thresholds.single["50"]}
    path = results.root / metrics_file(run, seed, protocol.split, name)
    scores = {**scores, "pxap": 71.5}
    write_document(results, path, protocol.split, name, made, outcomes, scores)


def write_document(
    results: "LocalizationResults",
    path: Path,
    split: str,
    name: str,
    protocol: Mapping[str, Any],
    outcomes: Outcomes,
    scores: Mapping[str, Any],
) -> None:
    """A metrics file and its counts."""
    document = metrics_document(
        split=split,
        name=name,
        protocol=protocol,
        classes=results.classes,
        outcomes=outcomes,
        expected=len(outcomes.ids),
        scores=scores,
    )
    write_metrics(path, path.with_suffix(".counts.npz"), document, outcomes)


def _thresholds(
    results: "LocalizationResults", run: str, seed: int, name: str, protocol: BoxProtocol
) -> Thresholds:
    if protocol.threshold is not None:
        return Thresholds.given(protocol.threshold)
    split = str(protocol.chosen_on)
    boxes = box_sets.read_box_set(results.root / boxes_index(run, seed, split, protocol.box))
    records = results.records(split)
    truths = read_truths(results.manifest, records, VIEW, protocol.crop, protocol.several)
    path = results.root / threshold_file(run, seed, name)
    write_json(path, choose_thresholds(name, protocol, boxes, overlaps(boxes, truths)))
    return read_thresholds(path, name, protocol)
