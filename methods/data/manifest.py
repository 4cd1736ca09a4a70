"""What a data set consists of: the manifest of its files and the index that training reads."""

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Any

from methods.data.files import atomic_path
from methods.data.image_index import COLUMNS, SEPARATOR
from methods.data.inspection import Inspection


def build_manifest(
    dataset: str,
    classes: Sequence[str],
    splits: Mapping[str, Sequence[str]],
    inspections: Iterable[Inspection],
) -> dict[str, Any]:
    """List the files with sizes and digests, digest that list, and name the mask of each image.

    "digest" covers the lines that `sha256sum` prints for the files, in the manifest's order.
    "boxes" is there where images have some: x, y, width, height of each, in pixels of the image
    from 0.
    """
    inspections = sorted(inspections, key=lambda item: item.id)
    files = sorted(
        (file for inspection in inspections for file in inspection.files),
        key=lambda file: file.name,
    )
    boxes = {item.id: [[*box] for box in item.boxes] for item in inspections if item.boxes}
    return {
        "dataset": dataset,
        "classes": list(classes),
        "splits": {name: split_facts(ids) for name, ids in splits.items()},
        "files": [
            {"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in files
        ],
        "masks": {item.id: item.mask for item in inspections if item.mask is not None},
        **({"boxes": boxes} if boxes else {}),
        "digest": _sha256(f"{file.sha256}  {file.name}\n" for file in files),
    }


def split_facts(ids: Sequence[str]) -> dict[str, Any]:
    """What a manifest says of a split.

    "sha256_of_ids" covers the ids in their order, each followed by a line feed.
    """
    return {"count": len(ids), "sha256_of_ids": _sha256(f"{id_}\n" for id_ in ids)}


def index_rows(
    splits: Mapping[str, Sequence[str]], inspections: Iterable[Inspection]
) -> list[dict[str, str | int]]:
    """Return one row for each image that is in a split, sorted by id; no row names a mask."""
    members = {name: frozenset(ids) for name, ids in splits.items()}
    rows: list[dict[str, str | int]] = []
    for item in sorted(inspections, key=lambda item: item.id):
        names = [name for name, ids in members.items() if item.id in ids]
        if names:
            rows.append(
                {
                    "id": item.id,
                    "image": item.image,
                    "width": item.width,
                    "height": item.height,
                    "mode": item.mode,
                    "splits": SEPARATOR.join(names),
                    "labels": SEPARATOR.join(item.labels),
                }
            )
    return rows


def write_index(path: str | PathLike[str], rows: Iterable[Mapping[str, str | int]]) -> None:
    """Write the index as CSV.

    Raises:
        InputError: the file cannot be written.
    """
    with (
        atomic_path(path) as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _sha256(lines: Iterable[str]) -> str:
    value = hashlib.sha256()
    for line in lines:
        value.update(line.encode())
    return value.hexdigest()
