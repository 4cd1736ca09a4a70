"""Folders of per-image results: one file an image, and an index that proves none is missing."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.files import atomic_path, read_json, unreadable, write_json
from methods.errors import InputError


@dataclass(frozen=True)
class PredictionItem:
    """The result of one image.

    Attributes:
        id: the image's id, such as 2007_000033.
        file: path of the result, relative to the index's folder.
        height: of the original image, pixels.
        width: of the original image, pixels.
    """

    id: str
    file: str
    height: int
    width: int


@dataclass(frozen=True)
class PredictionIndex:
    """All results of a split.

    Attributes:
        folder: where the index lies.
        split: name of the split.
        expected: number of images of the split.
        source: the protocol: checkpoint and settings that the results were made with.
        items: one an image, in the order of the split.
    """

    folder: Path
    split: str
    expected: int
    source: Mapping[str, Any]
    items: tuple[PredictionItem, ...]

    def path(self, item: PredictionItem) -> Path:
        """Where the result of an image lies."""
        return self.folder / item.file

    def require(self, ids: Iterable[str]) -> None:
        """Check that the results are those of exactly these images.

        Raises:
            InputError: an image has no result, or a result belongs to no image.
        """
        wanted, held = set(ids), {item.id for item in self.items}
        for found, difference in (("no result of", wanted - held), ("a result of", held - wanted)):
            if difference:
                raise InputError(
                    self.folder / "index.json",
                    f"{found} {len(difference)} images, such as {min(difference)}",
                    f"the {len(wanted)} images of the split",
                    "make the predictions again from the current data",
                )


def write_index(
    path: Path,
    *,
    split: str,
    expected: int,
    source: Mapping[str, Any],
    items: Sequence[PredictionItem],
) -> None:
    """Write `index.json`; its files must already lie beside it.

    Raises:
        InputError: an image or a file is missing, or an image occurs twice.
    """
    _check(PredictionIndex(path.parent, split, expected, source, tuple(items)), path)
    document = {
        "split": split,
        "expected": expected,
        "covered": len(items),
        "source": dict(source),
        "items": [asdict(item) for item in items],
    }
    write_json(path, document)


def read_predictions(path: Path) -> PredictionIndex:
    """Read an `index.json`.

    Raises:
        InputError: it covers less than the whole split, a file is missing, or an image occurs
            twice.
    """
    document = read_json(path)
    items = tuple(PredictionItem(**item) for item in document["items"])
    index = PredictionIndex(
        path.parent, document["split"], document["expected"], document["source"], items
    )
    _check(index, path)
    return index


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write the arrays of one image as an uncompressed .npz.

    Raises:
        InputError: an array holds NaN or infinity.
    """
    _check_finite(path, arrays)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        named: dict[str, Any] = dict(arrays)
        np.savez(file, **named)


def read_arrays(path: Path, keys: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Read named arrays of one image.

    Raises:
        InputError: the file is missing or broken, an array is missing, or holds NaN or infinity.
    """
    try:
        with np.load(path) as archive:
            held = archive.files
            arrays = {key: archive[key] for key in keys if key in held}
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(
            path, "bytes that are no .npz archive", "a whole one", "make the predictions again"
        ) from error
    missing = [key for key in keys if key not in arrays]
    if missing:
        raise InputError(
            path,
            f"arrays {', '.join(held)}",
            f"{', '.join(missing)} among them",
            "make the predictions again with the current settings",
        )
    _check_finite(path, arrays)
    return arrays


def _check(index: PredictionIndex, path: Path) -> None:
    distinct = {item.id for item in index.items}
    if len(distinct) != index.expected or len(index.items) != index.expected:
        raise InputError(
            path,
            f"{len(index.items)} results of {len(distinct)} images",
            f"one result of each of the {index.expected} images of {index.split}",
            "make the predictions again; a score over a part of a split is void",
        )
    for item in index.items:
        if not index.path(item).is_file():
            raise InputError(
                path,
                f"no file {item.file}",
                "one file an image",
                "make the predictions again",
            )


def _check_finite(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    for key, array in arrays.items():
        broken = array.size - np.count_nonzero(np.isfinite(array))
        if broken:
            raise InputError(
                path,
                f"{broken} of {array.size} values of {key} NaN or infinite",
                "finite values",
                "look for NaN in the training journal and choose a sound checkpoint",
            )
