"""Controls of localization: boxes whose worth is known in advance, or that look at nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.boxes import read_boxes
from methods.data.centre_crop import CentreCrop
from methods.data.image_index import ImageRecord
from methods.data.one_class import single_class
from methods.data.samples import ManifestFiles
from methods.errors import InputError
from methods.evaluation.annotated_crop import annotated_boxes
from methods.evaluation.box_scores import IOUS, Outcomes, box_accuracy
from methods.evaluation.colour_classes import fit
from methods.evaluation.crop import boxes_in_crop
from methods.evaluation.overlap import best_overlap
from methods.evaluation.truths import read_truths
from methods.workers import map_in_order

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ControlData:
    """What the controls of a split are made from.

    Attributes:
        records: the n images that are scored.
        training: the images of the training split.
        training_split: its name.
        manifest: manifest.json of the data set.
        root: the folder that its paths are relative to.
        view: how images enter a network.
        num_classes: C.
        workers: processes.
    """

    records: Sequence[ImageRecord]
    training: Sequence[ImageRecord]
    training_split: str
    manifest: Path
    root: Path
    view: CentreCrop
    num_classes: int
    workers: int


@dataclass(frozen=True)
class Guess:
    """What a control says of the n images.

    Attributes:
        boxes: float64 (n, 4) x1, y1, x2, y2, pixels of the crop.
        ranks: int64 (n,), of the true class, from 0.
        words: how it comes about.
        known: rates that follow from the true boxes alone, percent, as the protocol names them.
    """

    boxes: Floats
    ranks: NDArray[np.int64]
    words: str
    known: Mapping[str, float] = field(default_factory=dict)


def score_control(name: str, data: ControlData) -> tuple[Outcomes, dict[str, Any], dict[str, Any]]:
    """Score a control against the true boxes, the best of several, exactly where they are.

    Args:
        name: one of `methods.layout.CONTROLS["localization"]`.
        data: what it is made from.

    Returns:
        The outcome of each image; the protocol, "prediction" in words and of `perfect` what it
        must score, "known_gt_known" and "known_top1_loc", percent; "box_acc", "box_acc_v2", "pxap"
        and "curve" of the document, the last three None.

    Raises:
        InputError: an image has no box, or a file is missing or broken.
    """
    truths = read_truths(data.manifest, data.records, data.view, "exact", "best")
    guess = _CONTROLS[name](data, truths)
    iou = best_overlap(guess.boxes, truths)
    outcomes = Outcomes(
        ids=tuple(record.id for record in data.records),
        classes=np.array([single_class(record) for record in data.records]),
        iou=np.stack([iou, iou], axis=1),
        top1=guess.ranks == 0,
        top5=guess.ranks < 5,
        constant=np.zeros((len(iou), 2), dtype=np.bool_),
    )
    accuracy = box_accuracy(iou[:, None], dict.fromkeys(IOUS, 0))
    scores = {"box_acc": accuracy, "box_acc_v2": None, "pxap": None, "curve": None}
    return outcomes, {"prediction": guess.words, **guess.known}, scores


def _perfect(data: ControlData, truths: Floats) -> Guess:
    """The largest true box of each image: scores 100, less the images with no box in the crop.

    Boxes and expected value are of the annotation, not of `truths`, which they are to check.
    """
    known = read_boxes(data.manifest)
    largest = np.stack([_largest(known[record.id], record, data.view) for record in data.records])
    lost = int(np.count_nonzero(_areas(largest) == 0))
    words = "the true boxes themselves"
    if lost:
        words += f"; those of {lost} of {len(truths)} images lie outside the crop"
    worth = 100 * (len(truths) - lost) / len(truths)
    rates = {"known_gt_known": worth, "known_top1_loc": worth}
    return replace(_of_given_classes(largest, words), known=rates)


def _full_image(data: ControlData, truths: Floats) -> Guess:
    side = float(data.view.image_size)
    boxes = np.tile([0.0, 0.0, side, side], (len(truths), 1))
    return _of_given_classes(boxes, "the whole crop, with the true class")


def _centre_box(data: ControlData, truths: Floats) -> Guess:
    boxes, words = _central(data, len(truths))
    return _of_given_classes(boxes, f"{words}, with the true class")


def _colour(data: ControlData, truths: Floats) -> Guess:
    files = ManifestFiles.read(data.manifest, data.root)

    def view(record: ImageRecord) -> NDArray[np.uint8]:
        return data.view.image(files.image(record))

    known = fit(data.training, view, data.num_classes, data.workers)
    ranks = map_in_order(
        lambda record: known.rank(view(record), single_class(record)), data.records, data.workers
    )
    boxes, words = _central(data, len(truths))
    named = f"the class with the nearest mean colour of {known.images} images of"
    words = f"{named} {data.training_split}, with {words}"
    return Guess(boxes, np.array(list(ranks)), words)


_CONTROLS: dict[str, Callable[[ControlData, Floats], Guess]] = {
    "perfect": _perfect,
    "full_image": _full_image,
    "centre_box": _centre_box,
    "colour": _colour,
}


def _of_given_classes(boxes: Floats, words: str) -> Guess:
    return Guess(boxes, np.zeros(len(boxes), dtype=np.int64), words)


def _largest(boxes: Floats, record: ImageRecord, view: CentreCrop) -> Floats:
    size = (record.width, record.height)
    found = annotated_boxes(boxes, size, view.resize, view.image_size)
    largest: Floats = found[_areas(found).argmax()]
    return largest


def _areas(corners: Floats) -> Floats:
    areas: Floats = (corners[..., 2:] - corners[..., :2]).prod(axis=-1)
    return areas


def _central(data: ControlData, images: int) -> tuple[Floats, str]:
    """A box in the middle with the mean sides of true boxes: the same guess for every image.

    Its sides are learnt from the training split; where that has no boxes, from the scored images
    themselves, which favours the control.

    Raises:
        InputError: there is no box to learn from.
    """
    known = read_boxes(data.manifest)
    for records, split in ((data.training, data.training_split), (data.records, "this split")):
        found = [
            boxes_in_crop(known[record.id], (record.width, record.height), data.view, "exact")
            for record in records
            if record.id in known
        ]
        if found:
            corners = np.concatenate(found)
            half = (corners[:, 2:] - corners[:, :2]).mean(axis=0) / 2
            middle = data.view.image_size / 2
            box = np.concatenate([middle - half, middle + half])
            words = f"one box in the middle, as large as the mean true box of {split}"
            return np.tile(box, (images, 1)), words
    raise InputError(
        data.manifest, "no box", "boxes of the scored split", "give the annotation that has them"
    )
