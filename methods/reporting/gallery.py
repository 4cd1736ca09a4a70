"""Pictures of single images: the photograph, its label and what each stage made of it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from numpy.typing import NDArray
from PIL import Image

from methods.data.images import read_rgb
from methods.data.labels import IGNORE, read_label_png
from methods.data.predictions import PredictionIndex, read_arrays, read_predictions
from methods.data.voc import augmented_mask_file, image_file
from methods.errors import InputError
from methods.evaluation.segmentation import BACKGROUND, scores
from methods.layout import SEED_STAGES
from methods.postprocess.fusion import fuse_maps, maps_key
from methods.reporting.sources import DatasetSources, RunSources
from methods.reporting.tables import show_number
from methods.yaml_files import read_yaml

LONGEST_SIDE = 240  # pixels of a picture; larger ones are shrunk
EXTREMES = 3  # worst and best images shown
_LABELS = {"raw": "raw", "crf": "CRF", "cam": "CAM", "lam": "LAM"}
_QUALITY = 82  # of JPEG
_HEAT = colormaps["cividis"]  # equal steps for readers with any common colour-vision deficiency
_BACKGROUND_COLOR = (44, 44, 48)
_IGNORE_COLOR = (238, 238, 234)
# Okabe and Ito's colours, for up to seven classes.
_FEW = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
# Paul Tol's discrete rainbow of 23, in an order that keeps neighbours apart.
_MANY = (
    *("#e8ecfb", "#d9cce3", "#caacce", "#ba8db4", "#aa6f9e", "#994f88", "#882e72", "#1965b0"),
    *("#437dbf", "#6195cf", "#7bafde", "#4eb265", "#90c987", "#cae0ab", "#f7f056", "#f7cb45"),
    *("#f4a736", "#ee8026", "#e65518", "#dc050c", "#a5170e", "#72190e", "#42150a"),
)
_STRIDE = 9

Rgb = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """One panel.

    Attributes:
        label: the stage.
        alt: what it shows, in words.
        data: data URI.
        width: pixels.
        height: pixels.
    """

    label: str
    alt: str
    data: str
    width: int
    height: int


@dataclass(frozen=True)
class Row:
    """The panels of one image.

    Attributes:
        id: the image's id.
        note: its mIoU, in words.
        legend: (class, colour) of every class in the panels.
        pictures: the panels.
    """

    id: str
    note: str
    legend: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Gallery:
    """Rows under one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class _Album:
    """What the rows of one split are made from."""

    dataset: DatasetSources
    classes: tuple[str, ...]
    stages: tuple[tuple[str, PredictionIndex], ...]  # the last one is scored
    maps: PredictionIndex
    scales: tuple[float, ...]
    image_size: int

    @property
    def scored(self) -> str:
        return _stage_label(self.stages[-1][0])


def segmentation_galleries(run: RunSources, dataset: DatasetSources) -> list[Gallery]:
    """The images that the experiment names, then the worst and the best of the split.

    Raises:
        InputError: a named image is not in the split.
    """
    split = run.segmentation_split
    scored = image_scores(run, split, "crf")
    for id in run.gallery:
        if id not in scored:
            raise InputError(
                f"gallery of run {run.run}", id, f"ids of {split}", "correct the experiment"
            )
    ranked = sorted(scored, key=lambda id: (scored[id], id))
    worst, best = ranked[:EXTREMES], ranked[::-1][:EXTREMES]
    album = _open_album(run, dataset, split, ("raw", "crf"))
    return [
        Gallery(title, tuple(_row(id, album, scored[id]) for id in ids))
        for title, ids in (
            (f"Images of {split} that the experiment names", run.gallery),
            (f"The {len(worst)} worst images of {split} after the CRF", worst),
            (f"The {len(best)} best images of {split} after the CRF", best),
        )
    ]


def seed_gallery(run: RunSources, dataset: DatasetSources) -> Gallery:
    """Evenly spaced images of the seed split: the localization maps and the labels they give."""
    split = run.seed_split
    scored = image_scores(run, split, "lam")
    ids = sorted(scored)
    chosen = ids[:: max(1, len(ids) // len(run.gallery))][: len(run.gallery)]
    album = _open_album(run, dataset, split, ("cam", "lam"))
    return Gallery(
        f"Evenly spaced images of {split}: maps and seeds",
        tuple(_row(id, album, scored[id]) for id in chosen),
    )


def image_scores(run: RunSources, split: str, stage: str) -> dict[str, float]:
    """Score each image: mIoU over the labels in its ground truth, %."""
    with np.load(run.counts(split, stage)) as archive:
        ids, counts = archive["ids"].tolist(), archive["counts"]
    return {id: scores(count).miou for id, count in zip(ids, counts, strict=True)}


def class_colors(number: int) -> list[tuple[int, int, int]]:
    """A colour for each of `number` foreground classes, RGB from 0 to 255."""
    if number <= len(_FEW):
        return [_rgb(code) for code in _FEW[:number]]
    return [_rgb(_MANY[k * _STRIDE % len(_MANY)]) for k in range(number)]


def _open_album(
    run: RunSources, dataset: DatasetSources, split: str, stages: Sequence[str]
) -> _Album:
    return _Album(
        dataset=dataset,
        classes=tuple(read_yaml(run.resolved)["classes"]),
        stages=tuple((stage, read_predictions(run.index(split, stage))) for stage in stages),
        maps=read_predictions(run.maps(split)),
        scales=run.map_scales,
        image_size=run.image_size,
    )


def _row(id: str, album: _Album, score: float) -> Row:
    image = read_rgb(album.dataset.images / image_file(id))
    size = image.shape[0], image.shape[1]
    truth = _read_labels(album.dataset.images / augmented_mask_file(id), album, size)
    shown = [truth]
    pictures = [_photograph(id, image), _label_picture("ground truth", truth, album)]
    pictures += [_heat_picture(kind, id, size, album) for kind in ("cam", "lam")]
    for stage, index in album.stages:
        item = next(item for item in index.items if item.id == id)
        labels = _read_labels(index.path(item), album, size)
        shown.append(labels)
        pictures.append(_label_picture(_stage_label(stage), labels, album))
    values = sorted({value for labels in shown for value in _foreground(labels)})
    colors = [bytes(color).hex() for color in class_colors(len(album.classes))]
    legend = tuple((album.classes[v - 1], f"#{colors[v - 1]}") for v in values)
    return Row(id, f"{album.scored} mIoU {show_number(score)} %", legend, tuple(pictures))


def _stage_label(stage: str) -> str:
    return _LABELS[stage] + (" seed" if stage in SEED_STAGES else "")


def _read_labels(path: Path, album: _Album, size: tuple[int, int]) -> NDArray[np.uint8]:
    return read_label_png(path, len(album.classes), size)


def _foreground(labels: NDArray[np.uint8]) -> list[int]:
    return [int(value) for value in np.unique(labels) if value not in (0, IGNORE)]


def _photograph(id: str, image: Rgb) -> Picture:
    return _picture("image", f"Photograph {id}.", Image.fromarray(image), "JPEG")


def _label_picture(label: str, labels: NDArray[np.uint8], album: _Album) -> Picture:
    palette = np.zeros((256, 3), dtype=np.uint8)
    palette[0] = _BACKGROUND_COLOR
    palette[IGNORE] = _IGNORE_COLOR
    palette[1 : len(album.classes) + 1] = class_colors(len(album.classes))
    picture = Image.fromarray(labels)
    picture.putpalette(palette.tobytes())
    names = [album.classes[value - 1] for value in _foreground(labels)]
    return _picture(label, f"{label}: {', '.join(names) or BACKGROUND}.", picture, "PNG")


def _heat_picture(kind: str, id: str, size: tuple[int, int], album: _Album) -> Picture:
    """The largest of the maps of the image's classes, dark 0 to bright 1."""
    item = next(item for item in album.maps.items if item.id == id)
    keys = [maps_key(kind, scale) for scale in album.scales]
    stored = read_arrays(album.maps.path(item), [*keys, "classes"])
    names = [album.classes[k] for k in stored["classes"].tolist()]
    maps = fuse_maps(stored, kind, album.scales, album.image_size, size)
    heat = maps.max(axis=0) if len(names) else np.zeros(size, dtype=np.float32)
    picture = Image.fromarray(_HEAT(heat, bytes=True)[..., :3])
    label = f"{_LABELS[kind]} map"
    return _picture(label, f"{label} of {', '.join(names) or 'no class'}.", picture, "JPEG")


def _picture(label: str, alt: str, image: Image.Image, kind: str) -> Picture:
    factor = min(1, LONGEST_SIDE / max(image.size))
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    resample = Image.Resampling.NEAREST if image.mode == "P" else Image.Resampling.LANCZOS
    buffer = io.BytesIO()
    image.resize(size, resample).save(buffer, format=kind, quality=_QUALITY, optimize=True)
    code = base64.b64encode(buffer.getvalue()).decode("ascii")
    return Picture(label, alt, f"data:image/{kind.lower()};base64,{code}", *size)


def _rgb(code: str) -> tuple[int, int, int]:
    value = int(code[1:], 16)
    return value >> 16, value >> 8 & 255, value & 255
