"""Archives of generated birds, laid out as ILSVRC 2012's."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import numpy as np

from methods.data.bird_files import Picture, Renderer, make_picture, require_few
from methods.data.birds import render_bird
from methods.data.formats import ILSVRC
from methods.data.ilsvrc import SUFFIX, VAL
from methods.data.tar_writing import add_file, open_tar, plain_tar
from methods.workers import map_in_order

render = render_bird

SEVERAL_EVERY = 3  # every third image of val has two birds


@dataclass(frozen=True)
class GeneratedSettings:
    """A generated data set, as `datasets.<name>.generated` of an experiment file gives it."""

    seed: int
    train: int  # images of each class
    val: int
    size: tuple[int, int]  # bounds of the image sides, pixels
    grey_share: float  # of the images, stored with one channel


@dataclass(frozen=True)
class _Planned:
    """An image to make: its number from 1, its class 0..C-1, its stem, and how many birds."""

    number: int
    label: int
    stem: str
    birds: int = 1


def write_archives(
    folder: str | PathLike[str],
    *,
    settings: GeneratedSettings,
    classes: Sequence[str],
    render: Renderer,
    threads: int,
) -> list[Path]:
    """Render the data set and pack it as the published archives, byte for byte repeatable.

    Args:
        folder: where the archives go.
        settings: what to render; image n depends on the seed and n alone.
        classes: WordNet ids; class k shows the k-th kind of birds.
        render: draws one picture; it runs in other processes.
        threads: number of those processes.

    Returns:
        The paths of the images of train, of those of val, and of the boxes of val.

    Raises:
        InputError: there are too many classes, or the archives cannot be written.
    """
    require_few(len(classes))
    paths = [Path(folder) / name for name in ILSVRC.archives]
    make = partial(_make, settings, render, len(classes))
    planned = _plan_train(settings, classes)
    with open_tar(paths[0], compress=False) as train:
        made = map_in_order(make, planned, threads)
        for label, name in enumerate(classes):
            stream = io.BytesIO()
            with plain_tar(stream) as inner:
                for item in planned[label * settings.train : (label + 1) * settings.train]:
                    add_file(inner, PurePosixPath(f"{item.stem}{SUFFIX}"), next(made).jpeg)
            add_file(train, PurePosixPath(f"{name}.tar"), stream.getvalue())
    planned = _plan_val(settings, len(classes))
    with open_tar(paths[1], compress=False) as val, open_tar(paths[2], compress=True) as boxes:
        made = map_in_order(make, planned, threads)
        for item, picture in zip(planned, made, strict=True):
            add_file(val, PurePosixPath(f"{item.stem}{SUFFIX}"), picture.jpeg)
            content = encode_boxes(item.stem, classes[item.label], picture)
            add_file(boxes, PurePosixPath(VAL, f"{item.stem}.xml"), content)
    return paths


def encode_boxes(stem: str, name: str, picture: Picture) -> bytes:
    """Encode ILSVRC's XML: the name of the class and the corners of every box."""
    root = ElementTree.Element("annotation")
    _add(root, folder=VAL, filename=stem)
    size = ElementTree.SubElement(root, "size")
    _add(size, width=picture.size[1], height=picture.size[0], depth=picture.channels)
    _add(root, segmented=0)
    for x, y, width, height in picture.boxes:
        element = ElementTree.SubElement(root, "object")
        _add(element, name=name, pose="Unspecified", truncated=0, difficult=0)
        box = ElementTree.SubElement(element, "bndbox")
        _add(box, xmin=x, ymin=y, xmax=x + width, ymax=y + height)
    ElementTree.indent(root, "\t")
    text: bytes = ElementTree.tostring(root, encoding="utf-8")
    return text + b"\n"


def _plan_train(settings: GeneratedSettings, classes: Sequence[str]) -> list[_Planned]:
    numbers = range(1, settings.train * len(classes) + 1)
    labels = ((number - 1) // settings.train for number in numbers)
    return [
        _Planned(number, label, f"{classes[label]}_{number}")
        for number, label in zip(numbers, labels, strict=True)
    ]


def _plan_val(settings: GeneratedSettings, num_classes: int) -> list[_Planned]:
    """Number the images behind those of train; as in reality, their classes are mixed."""
    first = settings.train * num_classes + 1
    return [
        _Planned(
            number=first + position,
            label=position % num_classes,
            stem=f"ILSVRC2012_val_{position + 1:08d}",
            birds=2 if position % SEVERAL_EVERY == 0 else 1,
        )
        for position in range(settings.val * num_classes)
    ]


def _make(settings: GeneratedSettings, render: Renderer, num_kinds: int, item: _Planned) -> Picture:
    return make_picture(
        np.random.default_rng([settings.seed, item.number]),
        render,
        size=settings.size,
        grey_share=settings.grey_share,
        kind=item.label,
        num_kinds=num_kinds,
        birds=item.birds,
    )


def _add(parent: ElementTree.Element, **fields: str | int) -> None:
    for tag, value in fields.items():
        ElementTree.SubElement(parent, tag).text = str(value)
