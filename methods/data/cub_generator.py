"""Archives of generated birds, laid out as CUB-200-2011's, its segmentations' and CUBV2's."""

import io
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from methods.data import cub, cubv2
from methods.data.bird_files import Picture, Renderer, make_picture, require_few
from methods.data.birds import class_names, render_bird
from methods.data.formats import CUB
from methods.data.tar_writing import add_file, open_tar, text_lines
from methods.errors import InputError
from methods.workers import map_in_order

render = render_bird

_LEVEL = 51  # of five annotators, each adds a fifth of 255


@dataclass(frozen=True)
class GeneratedSettings:
    """A generated data set, as `datasets.<name>.generated` of an experiment file gives it."""

    seed: int
    train: int  # images of each class
    test: int
    size: tuple[int, int]  # bounds of the image sides, pixels
    grey_share: float  # of the images, stored with one channel
    cubv2: int = 0  # as train; the archives of CUBV2 are made where there are any


@dataclass(frozen=True)
class _Planned:
    """An image to make: its number from 1, its class 0..C-1, its path, and whether it is train."""

    number: int
    label: int
    file: str
    is_training: bool = False


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
        classes: names of the first kinds of birds, in their order.
        render: draws one picture; it runs in other processes.
        threads: number of those processes.

    Returns:
        The paths of the images with their lists, of the segmentations and, if made, of CUBV2's
        images and lists.

    Raises:
        InputError: the classes are other birds, or the archives cannot be written.
    """
    _require_kinds(classes)
    paths = [Path(folder) / name for name in CUB.archives]
    planned, further = _plan(settings, classes)
    make = partial(_make, settings, render, len(classes))
    with open_tar(paths[0], compress=True) as images, open_tar(paths[1], compress=True) as masks:
        boxes = []
        made = map_in_order(make, planned, threads)
        for item, picture in zip(planned, made, strict=True):
            add_file(images, PurePosixPath(cub.FOLDER, "images", item.file), picture.jpeg)
            name = PurePosixPath(cub.SEGMENTATIONS, item.file).with_suffix(".png")
            add_file(masks, name, _segmentation(picture.mask))
            boxes.append(picture.boxes[0])
        _add_lists(images, planned, boxes, _folders(classes))
    if not further:
        return paths[:2]
    with open_tar(paths[2], compress=False) as images, open_tar(paths[3], compress=True) as lists:
        made = map_in_order(make, further, threads)
        _add_cubv2(images, lists, further, made)
    return paths


def _require_kinds(classes: Sequence[str]) -> None:
    require_few(len(classes))
    expected = class_names(len(classes))
    for found, name in zip(classes, expected, strict=True):
        if found != name:
            raise InputError(
                "`classes` of a generated data set",
                f"{found!r}",
                f"{name!r}, as the birds look",
                f"set `classes: [{', '.join(expected)}]`",
            )


def _folders(classes: Sequence[str]) -> list[str]:
    return [f"{number:03d}.{name}" for number, name in enumerate(classes, 1)]


def _plan(
    settings: GeneratedSettings, classes: Sequence[str]
) -> tuple[list[_Planned], list[_Planned]]:
    """Number the images, class by class; those of CUBV2 come last.

    As in reality, images of train and of test are mixed within a class.
    """
    planned: list[_Planned] = []
    further: list[_Planned] = []
    count = settings.train + settings.test
    for label, folder in enumerate(_folders(classes)):
        order = np.random.default_rng([settings.seed, 0, label]).permutation(count)
        for position in range(count):
            number = len(planned) + 1
            file = f"{folder}/{classes[label]}_{position + 1:04d}_{number:06d}.jpg"
            planned.append(_Planned(number, label, file, bool(order[position] < settings.train)))
    for label, folder in enumerate(_folders(classes)):
        for _ in range(settings.cubv2):
            number = len(planned) + len(further) + 1
            further.append(_Planned(number, label, f"{folder}/{10_000_000 + number}.jpg"))
    return planned, further


def _make(settings: GeneratedSettings, render: Renderer, num_kinds: int, item: _Planned) -> Picture:
    return make_picture(
        np.random.default_rng([settings.seed, item.number]),
        render,
        size=settings.size,
        grey_share=settings.grey_share,
        kind=item.label,
        num_kinds=num_kinds,
    )


def _segmentation(mask: NDArray[np.bool_]) -> bytes:
    """Encode how many of five annotators mark each pixel; three of them mark the very mask.

    Two annotators draw a narrower outline than the mask's, and two a wider one.
    """
    votes = 3 * mask.astype(np.uint8)
    for margin in (1, 2):
        votes += ndimage.binary_erosion(mask, iterations=margin)
        votes += ndimage.binary_dilation(mask, iterations=margin) & ~mask
    stream = io.BytesIO()
    Image.fromarray(_LEVEL * votes).save(stream, format="PNG")
    return stream.getvalue()


def _add_lists(
    archive: tarfile.TarFile,
    planned: Sequence[_Planned],
    boxes: Sequence[tuple[int, int, int, int]],
    folders: Sequence[str],
) -> None:
    lists = {
        cub.IMAGES: [f"{item.number} {item.file}" for item in planned],
        cub.LABELS: [f"{item.number} {item.label + 1}" for item in planned],
        cub.SPLIT: [f"{item.number} {int(item.is_training)}" for item in planned],
        cub.BOXES: [
            f"{item.number} " + " ".join(f"{value:.1f}" for value in box)
            for item, box in zip(planned, boxes, strict=True)
        ],
        cub.CLASSES: [f"{number} {folder}" for number, folder in enumerate(folders, 1)],
    }
    for name, lines in lists.items():
        add_file(archive, PurePosixPath(name), text_lines(lines))


def _add_cubv2(
    images: tarfile.TarFile,
    lists: tarfile.TarFile,
    further: Sequence[_Planned],
    made: Iterable[Picture],
) -> None:
    sizes, corners = [], []
    for item, picture in zip(further, made, strict=True):
        add_file(images, PurePosixPath(item.file), picture.jpeg)
        (x, y, width, height) = picture.boxes[0]
        sizes.append(f"{item.file},{picture.size[1]},{picture.size[0]}")
        corners.append(f"{item.file},{x},{y},{x + width - 1},{y + height - 1}")
    content = {
        "image_ids.txt": [item.file for item in further],
        "class_labels.txt": [f"{item.file},{item.label}" for item in further],
        "image_sizes.txt": sizes,
        "localization.txt": corners,
    }
    for name, lines in content.items():
        add_file(lists, PurePosixPath(cubv2.PACKED, cubv2.LISTS, name), text_lines(lines))
