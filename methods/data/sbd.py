"""The Semantic Boundaries Dataset: its masks, and the training set of 10,582 made with them."""

import zlib
from concurrent.futures import ThreadPoolExecutor
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError
from tqdm import tqdm

from methods.data.files import atomic_folder, atomic_path, unreadable
from methods.data.labels import check_labels, read_label_png, write_index_png
from methods.data.remedies import EXTRACT_AGAIN
from methods.data.voc import (
    AUGMENTED_MASKS,
    class_mask_file,
    read_ids,
    read_split,
    split_file,
    voc_folder,
)
from methods.errors import InputError

# What SciPy raises on a broken or foreign .mat file, besides OSError.
_BROKEN_MAT = (
    MatReadError,
    ValueError,
    TypeError,
    LookupError,
    NotImplementedError,  # version 7.3 of the format, which is HDF5
    EOFError,
    zlib.error,
)


def sbd_folder(tree: str | PathLike[str]) -> Path:
    """Return SBD's folder of an extracted data set."""
    return Path(tree) / "benchmark_RELEASE" / "dataset"


def read_mat_mask(path: str | PathLike[str], num_classes: int) -> NDArray[np.uint8]:
    """Read the class mask of one of SBD's .mat files, uint8 (H, W), values 0..C.

    Raises:
        InputError: the file is missing or broken, or its mask is no label map.
    """
    try:
        with open(path, "rb") as file:
            # The stubs know names of files only.
            content = loadmat(file, variable_names=["GTcls"])  # type: ignore[arg-type]
            mask = np.asarray(content["GTcls"][0]["Segmentation"][0])
    except OSError as error:
        if error.errno is not None:
            raise unreadable(path, error) from error
        raise _broken(path, error) from error
    except _BROKEN_MAT as error:
        raise _broken(path, error) from error
    return check_labels(mask, path, num_classes)


def derive_train_aug(tree: str | PathLike[str], num_classes: int, threads: int) -> tuple[str, ...]:
    """Write SegmentationClassAug and the list train_aug.txt into VOC's folder.

    train_aug is VOC's train and all of SBD without VOC's val. Masks are made for train_aug and
    val; where VOC has a mask of its own, it is taken, with its 255 along the outlines.

    Returns:
        The ids of train_aug, sorted.

    Raises:
        InputError: a list or a mask is missing or broken.
    """
    voc, sbd = voc_folder(tree), sbd_folder(tree)
    val = read_split(voc, "val")
    own = frozenset(read_split(voc, "train") + val)
    extra = frozenset(read_ids(sbd / "train.txt") + read_ids(sbd / "val.txt"))
    train_aug = tuple(sorted((own | extra).difference(val)))

    with (
        atomic_folder(voc / AUGMENTED_MASKS) as masks,
        ThreadPoolExecutor(threads) as pool,
    ):

        def derive(image_id: str) -> None:
            if image_id in own:
                mask = read_label_png(voc / class_mask_file(image_id), num_classes)
            else:
                mask = read_mat_mask(sbd / "cls" / f"{image_id}.mat", num_classes)
            write_index_png(masks / f"{image_id}.png", mask)

        ids = sorted(own | extra)
        for _ in tqdm(pool.map(derive, ids), "deriving masks", len(ids), disable=None):
            continue
    with atomic_path(voc / split_file("train_aug")) as temporary:
        temporary.write_text("".join(f"{image_id}\n" for image_id in train_aug), encoding="utf-8")
    return train_aug


def _broken(path: str | PathLike[str], error: Exception) -> InputError:
    return InputError(
        path,
        f"a file that does not read as a mask of SBD ({type(error).__name__})",
        "a MATLAB 5 file with GTcls.Segmentation",
        EXTRACT_AGAIN,
    )
