"""Archives of generated scenes, laid out as PASCAL VOC 2012's and SBD's."""

import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np

from methods.data.formats import VOC
from methods.data.sbd import sbd_folder
from methods.data.scene_files import Renderer, SceneFiles, make_scene_files
from methods.data.scenes import render_scene
from methods.data.tar_writing import add_file, open_tar, text_lines
from methods.data.voc import (
    annotation_file,
    class_mask_file,
    image_file,
    split_file,
    voc_folder,
)
from methods.workers import map_in_order

VOC_ARCHIVE, SBD_ARCHIVE, TEST_ARCHIVE = VOC.archives

render = render_scene


@dataclass(frozen=True)
class GeneratedSettings:
    """A generated data set, as `datasets.<name>.generated` of an experiment file gives it."""

    seed: int
    train: int  # images with VOC's own masks
    sbd: int  # further training images, with masks in SBD's archive only
    val: int
    size: tuple[int, int]  # bounds of the image sides, pixels
    grey_share: float  # of the images, stored with one channel
    test: int = 0  # images of the test archive, which is made where there are any


@dataclass(frozen=True)
class Lists:
    """Who is in which list."""

    train: tuple[str, ...]
    val: tuple[str, ...]
    sbd_train: tuple[str, ...]
    sbd_val: tuple[str, ...]
    all: tuple[str, ...]  # without test
    test: tuple[str, ...]


def plan_lists(settings: GeneratedSettings) -> Lists:
    """Number the images and fill the lists.

    As in reality, SBD also holds images of VOC's train and val (here every second one), and three
    quarters of SBD are its own train list. So VOC's masks must win where both have one, and VOC's
    val images must be kept out of train_aug. The test images get the last numbers, so that they
    change no other image.
    """
    train_end = settings.train
    val_end = train_end + settings.val
    sbd_end = val_end + settings.sbd
    numbered = tuple(f"2012_{n:06d}" for n in range(1, sbd_end + settings.test + 1))
    ids, test = numbered[:sbd_end], numbered[sbd_end:]
    train, val = ids[:train_end], ids[train_end:val_end]
    sbd = sorted((*train[::2], *val[::2], *ids[val_end:]))
    sbd_val = tuple(sbd[3::4])
    sbd_train = tuple(sorted(set(sbd).difference(sbd_val)))
    return Lists(train, val, sbd_train, sbd_val, ids, test)


def write_archives(
    folder: str | PathLike[str],
    *,
    settings: GeneratedSettings,
    classes: Sequence[str],
    render: Renderer,
    threads: int,
) -> list[Path]:
    """Render the data set and pack it as VOC's and SBD's archives, byte for byte repeatable.

    VOC's test archive comes as a third one where the settings ask for test images. As in reality,
    it holds images and their list; nothing says what they show.

    Args:
        folder: where the archives go.
        settings: what to render; image n depends on the seed and n alone.
        classes: foreground class names, for the annotations.
        render: draws one scene; it runs in other processes.
        threads: number of those processes.

    Returns:
        The paths of VOC's and SBD's archives and, if made, of VOC's test archive.

    Raises:
        InputError: the archives cannot be written.
    """
    voc_path, sbd_path = Path(folder) / VOC_ARCHIVE, Path(folder) / SBD_ARCHIVE
    lists = plan_lists(settings)
    segmented = frozenset(lists.train + lists.val)
    make = partial(_make, settings, tuple(classes), render, segmented)
    with open_tar(voc_path, compress=False) as voc, open_tar(sbd_path, compress=True) as sbd:
        names = {}
        made = map_in_order(make, lists.all, threads)
        for image_id, files in zip(lists.all, made, strict=True):
            names[image_id] = files.names
            _add_image(voc, sbd, image_id, files, lists)
        _add_lists(voc, sbd, lists, names, classes)
    if not lists.test:
        return [voc_path, sbd_path]
    test_path = Path(folder) / TEST_ARCHIVE
    with open_tar(test_path, compress=False) as archive:
        _add_test(archive, lists.test, map_in_order(make, lists.test, threads))
    return [voc_path, sbd_path, test_path]


def _make(
    settings: GeneratedSettings,
    classes: tuple[str, ...],
    render: Renderer,
    segmented: frozenset[str],
    image_id: str,
) -> SceneFiles:
    number = int(image_id.partition("_")[2])
    return make_scene_files(
        np.random.default_rng([settings.seed, number]),
        image_id,
        render=render,
        classes=classes,
        size=settings.size,
        grey_share=settings.grey_share,
        segmented=image_id in segmented,
    )


def _add_image(
    voc: tarfile.TarFile, sbd: tarfile.TarFile, image_id: str, files: SceneFiles, lists: Lists
) -> None:
    root = voc_folder("")
    add_file(voc, root / image_file(image_id), files.image)
    add_file(voc, root / annotation_file(image_id), files.annotation)
    if image_id in lists.train or image_id in lists.val:
        add_file(voc, root / class_mask_file(image_id), files.class_mask)
    if image_id in lists.sbd_train or image_id in lists.sbd_val:
        add_file(sbd, sbd_folder("") / "img" / f"{image_id}.jpg", files.image)
        add_file(sbd, sbd_folder("") / "cls" / f"{image_id}.mat", files.sbd_mask)


def _add_lists(
    voc: tarfile.TarFile,
    sbd: tarfile.TarFile,
    lists: Lists,
    names: Mapping[str, tuple[str, ...]],
    classes: Sequence[str],
) -> None:
    root = voc_folder("")
    masked = {"train": lists.train, "val": lists.val, "trainval": lists.train + lists.val}
    for split, ids in masked.items():
        add_file(voc, root / split_file(split), text_lines(ids))
    # VOC's detection lists hold every annotated image, with or without a mask.
    for_training = set(lists.all).difference(lists.val)
    annotated = {"train": tuple(sorted(for_training)), "val": lists.val, "trainval": lists.all}
    for split, ids in annotated.items():
        main = root / "ImageSets" / "Main"
        add_file(voc, main / f"{split}.txt", text_lines(ids))
        for name in classes:
            marks = [f"{image_id} {1 if name in names[image_id] else -1:2d}" for image_id in ids]
            add_file(voc, main / f"{name}_{split}.txt", text_lines(marks))
    add_file(sbd, sbd_folder("") / "train.txt", text_lines(lists.sbd_train))
    add_file(sbd, sbd_folder("") / "val.txt", text_lines(lists.sbd_val))


def _add_test(archive: tarfile.TarFile, ids: Sequence[str], made: Iterable[SceneFiles]) -> None:
    root = voc_folder("")
    for image_id, files in zip(ids, made, strict=True):
        add_file(archive, root / image_file(image_id), files.image)
    add_file(archive, root / split_file("test"), text_lines(ids))
