"""Pictures of single images: the crop, where the network looks, and the boxes."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.box_sets import BoxSet, read_box_set
from methods.data.centre_crop import CentreCrop
from methods.data.image_index import ImageRecord, read_index
from methods.data.named_images import require_named
from methods.data.predictions import PredictionIndex, read_arrays, read_predictions
from methods.data.samples import ManifestFiles
from methods.evaluation.truths import read_truths
from methods.postprocess.constant import is_constant
from methods.reporting.gallery import NAMED, Gallery, Picture, Row, encoded, heat_picture
from methods.reporting.localization.cases import (
    Case,
    ImageScores,
    ranked_cases,
    read_image_scores,
    worst_cases,
)
from methods.reporting.localization.frames import OURS, TRUE, draw_boxes
from methods.reporting.localization.scored import Scored
from methods.reporting.localization_sources import LocalizationSources
from methods.reporting.sources import DatasetSources
from methods.reporting.tables import show_number

Floats = NDArray[np.float32]
_LEGEND = ((f"{TRUE.name}, solid", TRUE.color), (f"{OURS.name}, dashed", OURS.color))


@dataclass(frozen=True)
class _Album:
    """What the rows are made from.

    Attributes:
        files: the images.
        records: of the split's images, by their ids.
        classes: names of the classes.
        view: how an image enters the network.
        predictions: the stored maps.
        truths: float64 (k, 4) x1, y1, x2, y2 of each image, pixels of the crop.
        found: int16 (4,), our box of each image, ends behind the last pixels.
        scores: of the images.
    """

    files: ManifestFiles
    records: Mapping[str, ImageRecord]
    classes: tuple[str, ...]
    view: CentreCrop
    predictions: PredictionIndex
    truths: Mapping[str, NDArray[np.float64]]
    found: Mapping[str, NDArray[np.int16]]
    scores: ImageScores


def galleries(run: Scored, dataset: DatasetSources, *, whole: bool) -> tuple[Gallery, ...]:
    """The images that the experiment names; the best, the median; those with class or box wrong.

    All by the protocol that stands for the run.

    Args:
        run: of which the images are shown.
        dataset: its data set.
        whole: whether other images than the named ones are shown as well.

    Raises:
        InputError: a named image is not in the split, or a file is not what it should be.
    """
    files = run.files
    album = _open(run, dataset)
    require_named(files.run, files.gallery, files.split, album.records)
    title, scored = f"Images of {files.split} that the experiment names", _scored(files)
    cases = [Case(title, f"{NAMED} Scored by the protocol {files.headline}.", files.gallery)]
    if whole:
        cases += [*ranked_cases(album.scores, scored), *worst_cases(album.scores, scored)]
    return tuple(
        Gallery(case.title, case.text, tuple(_row(id, album) for id in case.ids)) for case in cases
    )


def _scored(files: LocalizationSources) -> str:
    return f"{files.split} (protocol {files.headline})"


def _open(run: Scored, dataset: DatasetSources) -> _Album:
    files = run.files
    protocol = files.protocols[files.headline]
    records = read_index(dataset.index, files.split, dataset.classes)
    ids = [record.id for record in records]
    view = CentreCrop(files.resize, files.image_size)
    index = files.boxes(files.split, protocol.box)
    boxes = read_box_set(index)
    boxes.require(ids, index)
    truths = read_truths(dataset.manifest, records, view, protocol.crop, protocol.several)
    return _Album(
        files=ManifestFiles.read(dataset.manifest, dataset.images),
        records=dict(zip(ids, records, strict=True)),
        classes=dataset.classes,
        view=view,
        predictions=read_predictions(files.predictions(files.split)),
        truths=dict(zip(ids, truths, strict=True)),
        found=_boxes(boxes, run.metrics[files.headline]["protocol"]["threshold"], index),
        scores=read_image_scores(files.counts(files.split, files.headline)),
    )


def _boxes(boxes: BoxSet, threshold: float, index: Path) -> dict[str, NDArray[np.int16]]:
    """The box of the largest region of the predicted class's map of each image.

    Its ends lie behind its last pixels, by whichever rule it was found.
    """
    starts = boxes.starts[:-1].reshape(len(boxes.ids), 2, -1)
    first = starts[:, 0, boxes.position(threshold, index)]
    longer = np.array([0, 0, 1, 1], np.int16) * boxes.every_region  # whose ends are pixels of it
    return dict(zip(boxes.ids, boxes.boxes[first] + longer, strict=True))


def _row(id: str, album: _Album) -> Row:
    record = album.records[id]
    stored = _stored(id, album)
    predicted, true = (album.classes[k] for k in stored["classes"])
    crop = album.view.image(album.files.image(record))
    iou = show_number(album.scores.iou_of(id))
    side = album.view.image_size
    of_class = stored["maps"][0]
    found = None if is_constant(of_class) else album.found[id]
    pictures = (
        encoded("crop", f"Central crop of image {id}, {true}.", Image.fromarray(crop), "JPEG"),
        _heat("mean attention", stored["attention"], side),
        _heat("map of the predicted class", of_class, side),
        _framed(crop, album.truths[id], found, iou),
    )
    verdict = "right" if predicted == true else "wrong"
    note = f"true class {true}; predicted {predicted} ({verdict}); IoU {iou}"
    note += "; no box, since the map is constant" if found is None else ""
    return Row(id, note, _LEGEND, pictures)


def _stored(id: str, album: _Album) -> dict[str, NDArray[Any]]:
    item = next(item for item in album.predictions.items if item.id == id)
    return read_arrays(album.predictions.path(item), ["classes", "maps", "attention"])


def _heat(label: str, values: Floats, side: int) -> Picture:
    """A map from its smallest value, dark, to its largest, bright; a constant one is dark."""
    constant, lowest = is_constant(values), values.min()
    scaled = values * 0 if constant else (values - lowest) / (values.max() - lowest)
    enlarged = Image.fromarray(scaled).resize((side, side), Image.Resampling.BILINEAR)
    alt = f"{label}, {'constant' if constant else 'brightest where it is highest'}."
    return heat_picture(label, alt, np.asarray(enlarged, dtype=np.float32))


def _framed(
    crop: NDArray[np.uint8], true: NDArray[np.float64], found: NDArray[np.int16] | None, iou: str
) -> Picture:
    distinct = np.unique(true, axis=0)
    shown = "true box" if len(distinct) == 1 else f"{len(distinct)} true boxes"
    corners = " and ".join(_corners(box) for box in distinct)
    ours = "no box of ours" if found is None else f"our box {_corners(found)}, dashed"
    alt = f"The crop with the {shown} {corners}, solid, {ours}; IoU {iou}."
    return encoded("boxes", alt, draw_boxes(crop, true, found), "JPEG")


def _corners(box: NDArray[Any]) -> str:
    """x1, y1, x2, y2 of a box, whole pixels."""
    return f"({', '.join(f'{value:.0f}' for value in box.tolist())})"
