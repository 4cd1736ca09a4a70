"""Folders of per-image results: one file an image, and an index that proves none is missing."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods.data.files import (
    atomic_path,
    check_fields,
    read_fields,
    sha256,
    unreadable,
    write_json,
)
from methods.data.labels import write_label_png
from methods.errors import InputError

_INDEX = {"split": str, "expected": int, "source": dict, "items": list}
_ITEM = {"id": str, "file": str, "height": int, "width": int, "sha256": str}


@dataclass(frozen=True)
class PredictionItem:
    """The result of one image.

    Attributes:
        id: the image's id, such as 2007_000033.
        file: path of the result, relative to the index's folder.
        height: of the original image, pixels.
        width: of the original image, pixels.
        sha256: of the file; `write_index` fills it in.
    """

    id: str
    file: str
    height: int
    width: int
    sha256: str = ""


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

    @property
    def remedy(self) -> str:
        """How to have the results made again."""
        return _remedy(self.folder / "index.json")

    def path(self, item: PredictionItem) -> Path:
        """Where the result of an image lies, after a look at its content.

        Raises:
            InputError: the file is missing, or no longer the one that the index was written for.
        """
        path = self.folder / item.file
        found = sha256(path)
        if found != item.sha256:
            raise InputError(
                path,
                f"sha256 {found}",
                item.sha256 or "a digest in the index",
                f"the file was changed since: {self.remedy}",
            )
        return path

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
                    self.remedy,
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

    The digests of the files make the index differ whenever a result does, so that Snakemake, which
    compares small files by content, makes again what was made from older results.

    Raises:
        InputError: an image or a file is missing, or an image occurs twice.
    """
    _check(PredictionIndex(path.parent, split, expected, source, tuple(items)), path)
    digested = [replace(item, sha256=sha256(path.parent / item.file)) for item in items]
    document = {
        "split": split,
        "expected": expected,
        "covered": len(items),
        "source": dict(source),
        "items": [asdict(item) for item in digested],
    }
    write_json(path, document)


def write_label_maps(
    path: Path,
    *,
    split: str,
    expected: int,
    source: Mapping[str, Any],
    maps: Iterable[tuple[PredictionItem, NDArray[np.uint8]]],
) -> None:
    """Write one label map an image into `labels/`, and the `index.json` beside it.

    Args:
        path: of the index.
        split: name of the split.
        expected: number of images of the split.
        source: the protocol.
        maps: the item that a label map was made from (for its image) and the map, uint8 (H, W).

    Raises:
        InputError: an image is missing or occurs twice, or a file cannot be written.
    """
    items: list[PredictionItem] = []
    for item, labels in maps:
        file = f"labels/{item.id}.png"
        write_label_png(path.parent / file, labels)
        items.append(PredictionItem(item.id, file, item.height, item.width))
    write_index(path, split=split, expected=expected, source=source, items=items)


def read_predictions(path: Path) -> PredictionIndex:
    """Read an `index.json`.

    Raises:
        InputError: it is no index, covers less than the whole split, a file is missing, or an
            image occurs twice.
    """
    document = read_fields(path, _INDEX)
    entries = [check_fields(path, entry, _ITEM) for entry in document["items"]]
    items = tuple(PredictionItem(**{key: entry[key] for key in _ITEM}) for entry in entries)
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
            path,
            "bytes that are no .npz archive",
            "a whole one",
            _remedy(path.parent.with_name("index.json")),
        ) from error
    missing = [key for key in keys if key not in arrays]
    if missing:
        raise InputError(
            path,
            f"arrays {', '.join(held)}",
            f"{', '.join(missing)} among them",
            _remedy(path.parent.with_name("index.json")),
        )
    _check_finite(path, arrays)
    return arrays


def _remedy(index: Path) -> str:
    """How to have the results of an index made again."""
    return f"delete {index} and report.html and run again, which makes the results again"


def _check(index: PredictionIndex, path: Path) -> None:
    distinct = {item.id for item in index.items}
    if len(distinct) != index.expected or len(index.items) != index.expected:
        raise InputError(
            path,
            f"{len(index.items)} results of {len(distinct)} images",
            f"one result of each of the {index.expected} images of {index.split}",
            f"a score over a part of a split is void: {index.remedy}",
        )
    for item in index.items:
        if not (index.folder / item.file).is_file():
            raise InputError(
                path,
                f"no file {item.file}",
                "one file an image",
                index.remedy,
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
