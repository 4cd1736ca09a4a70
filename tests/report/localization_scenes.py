"""Images with one coloured object and its true box, as a data set in the format of CUB."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from methods.data import formats
from methods.data.files import atomic_path, sha256, write_json
from methods.data.manifest import write_index

if TYPE_CHECKING:
    from tests.report.localization_results import LocalizationResults

SPLITS = {
    "train": [f"{number:05}" for number in range(1, 9)],
    "test": [f"{number:05}" for number in range(9, 33)],
    "cubv2": [f"v2_{number:05}" for number in range(1, 9)],
}


class Object(NamedTuple):
    """What an image shows.

    Attributes:
        name: of its class.
        size: width and height of the image, pixels.
        box: x, y, width, height, pixels.
    """

    name: str
    size: tuple[int, int]
    box: tuple[int, int, int, int]


def write_objects(results: "LocalizationResults") -> dict[str, Object]:
    """Write images, boxes and what was found out about them."""
    tree = formats.data_root("cub", results.data_root / "extracted/birds/tree")
    objects, rows, files = {}, [], []
    for number, id in enumerate(id for members in SPLITS.values() for id in members):
        width, height = (int(side) for side in results.rng.integers(72, 110, 2))
        side = int(results.rng.integers(26, 34))
        left, top = (int(results.rng.integers(16, most - side - 16)) for most in (width, height))
        name = results.classes[number % len(results.classes)]
        pixels = results.rng.integers(60, 120, (height, width, 3), dtype=np.uint8)
        pixels[top : top + side, left : left + side] = (220, 60 + 40 * (number % 4), 40)
        file = f"images/{id}.png"
        with atomic_path(tree / file) as path:
            Image.fromarray(pixels).save(path)
        files.append(file)
        rows.append(
            {
                "id": id,
                "image": file,
                "width": width,
                "height": height,
                "mode": "RGB",
                "splits": "|".join(split for split, members in SPLITS.items() if id in members),
                "labels": name,
            }
        )
        objects[id] = Object(name, (width, height), (left, top, side, side))
    archive = {"name": "birds.tar", "bytes": 1, "sha256": sha256(tree / files[0])}
    extraction = {"dataset": "birds", "files": len(files), "archives": [archive]}
    write_json(results.data_root / "extracted/birds/extraction.json", extraction)
    folder = results.root / "data/birds"
    write_index(folder / "index.csv", rows)
    write_json(folder / "manifest.json", _manifest(results.classes, objects, files, tree))
    check = {"checked": 40, "expected": "a box inside its image", "found": "40", "examples": []}
    named = {"name": "boxes lie in their images", "severity": "ok", "failed": 0, **check}
    write_json(folder / "checks.json", {"checks": [named]})
    return objects


def _manifest(
    classes: list[str], objects: Mapping[str, Object], files: list[str], root: Path
) -> dict[str, object]:
    splits = {
        name: {"count": len(ids), "sha256_of_ids": hashlib.sha256(repr(ids).encode()).hexdigest()}
        for name, ids in SPLITS.items()
    }
    boxed = {
        id: [[float(value) for value in of.box]]
        for id, of in objects.items()
        if id not in SPLITS["train"]
    }
    digests = [{"name": name, "bytes": 1, "sha256": sha256(root / name)} for name in files]
    return {
        "dataset": "birds",
        "classes": classes,
        "splits": splits,
        "files": digests,
        "masks": {},
        "boxes": boxed,
    }
