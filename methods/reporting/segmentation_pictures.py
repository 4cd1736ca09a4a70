"""The panels of one image of a segmentation run: the image, its labels, its maps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from methods.data.image_index import ImageRecord, read_index
from methods.data.labels import IGNORE, read_label_png
from methods.data.predictions import PredictionIndex, read_arrays, read_predictions
from methods.data.samples import ManifestFiles
from methods.evaluation.segmentation import BACKGROUND
from methods.postprocess.fusion import fuse_maps, maps_key
from methods.protocols import Protocol
from methods.reporting.gallery import Picture, Row, encoded, heat_picture, photograph
from methods.reporting.palette import Color, class_colors, label_palette
from methods.reporting.protocol_names import MAPS
from methods.reporting.segmentation_sources import SegmentationSources
from methods.reporting.sources import DatasetSources
from methods.reporting.tables import show_number

_HEATED = ("cam", "lam")  # maps that are shown


@dataclass(frozen=True)
class Album:
    """What the rows of one split are made from.

    Attributes:
        files: images and masks.
        records: of the split's images, by their ids.
        classes: names of the foreground classes.
        image_size: side of the network's square input at scale 1, pixels.
        labelled: index of the label maps by what they are called.
        maps: stored maps of the split; None where it has none of given labels.
        heated: protocols of the maps that are shown.
    """

    files: ManifestFiles
    records: Mapping[str, ImageRecord]
    classes: tuple[str, ...]
    image_size: int
    labelled: Mapping[str, PredictionIndex]
    maps: PredictionIndex | None
    heated: tuple[Protocol, ...]


def heated_protocols(run: SegmentationSources, split: str) -> dict[str, Protocol]:
    """The first protocol of the CAM and of the LAM on a split with image labels given."""
    found: dict[str, tuple[str, Protocol]] = {}
    for name, protocol in run.mapped.items():
        if protocol.split == split and protocol.labels == "given" and protocol.map in _HEATED:
            found.setdefault(protocol.map, (name, protocol))
    return dict(found[kind] for kind in _HEATED if kind in found)


def open_album(
    run: SegmentationSources,
    dataset: DatasetSources,
    split: str,
    names: Mapping[str, str],
) -> Album:
    """Find what the rows of a split are made from.

    Args:
        run: of which the images are shown.
        dataset: its data set.
        split: of the images.
        names: what the label maps of each protocol are called, in the order of the panels.
    """
    heated = heated_protocols(run, split)
    records = read_index(dataset.index, split, dataset.classes)
    return Album(
        files=ManifestFiles.read(dataset.manifest, dataset.images),
        records={record.id: record for record in records},
        classes=dataset.classes,
        image_size=run.image_size,
        labelled={text: read_predictions(run.index(split, name)) for name, text in names.items()},
        maps=read_predictions(run.predictions(split, next(iter(heated)))) if heated else None,
        heated=tuple(heated.values()),
    )


def draw_row(id: str, album: Album, score: float, failed: str = "") -> Row:
    """The panels of an image.

    Args:
        id: of the image.
        album: of its split.
        score: its mIoU, %.
        failed: what stands behind the score.
    """
    record = album.records[id]
    size = (record.height, record.width)
    truth = album.files.mask(id, len(album.classes), size)
    made = {
        label: read_label_png(_file(index, id), len(album.classes), size)
        for label, index in album.labelled.items()
    }
    values = sorted({v for labels in (truth, *made.values()) for v in _foreground(labels)})
    colors = dict(zip(values, class_colors(len(values)), strict=True))
    pictures = [
        photograph(id, album.files.image(record)),
        _label_picture("ground truth", truth, album.classes, colors),
        *(_heat_picture(protocol, id, size, album) for protocol in album.heated),
        *(_label_picture(label, labels, album.classes, colors) for label, labels in made.items()),
    ]
    legend = tuple((album.classes[v - 1], f"#{bytes(colors[v]).hex()}") for v in values)
    note = f"mIoU {show_number(score)} %{failed}"
    return Row(id, note, legend, tuple(pictures))


def _file(index: PredictionIndex, id: str) -> Path:
    return index.path(next(item for item in index.items if item.id == id))


def _foreground(labels: NDArray[np.uint8]) -> list[int]:
    return [int(value) for value in np.unique(labels) if value not in (0, IGNORE)]


def _label_picture(
    label: str, labels: NDArray[np.uint8], classes: tuple[str, ...], colors: Mapping[int, Color]
) -> Picture:
    picture = Image.fromarray(labels)
    picture.putpalette(label_palette(colors).tobytes())
    names = [classes[value - 1] for value in _foreground(labels)]
    return encoded(label, f"{label}: {', '.join(names) or BACKGROUND}.", picture, "PNG")


def _heat_picture(protocol: Protocol, id: str, size: tuple[int, int], album: Album) -> Picture:
    """The largest of the maps of the classes that the image is labelled with, 0 to 1."""
    assert album.maps is not None  # without maps there is no protocol of them
    keys = [maps_key(protocol.map, scale) for scale in protocol.scales]
    stored = read_arrays(_file(album.maps, id), [*keys, "classes", "given"])
    given = stored["given"]
    names = [album.classes[k] for k in stored["classes"][given].tolist()]
    heat = np.zeros(size, dtype=np.float32)
    if names:
        labelled = {key: stored[key][:, given] for key in keys}
        scales, side = protocol.scales, album.image_size
        maps = fuse_maps(labelled, protocol.map, scales, side, size, flip=protocol.flip)
        heat = maps.max(axis=0)
    label = f"{MAPS[protocol.map]} map"
    return heat_picture(label, f"{label} of {', '.join(names) or 'no class'}.", heat)
