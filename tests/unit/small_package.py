"""Packages for the evaluation server, and receipts of them."""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from methods.data.image_index import ImageRecord
from methods.data.predictions import PredictionItem, read_predictions, write_label_maps
from methods.submission.package import write_package
from methods.submission.receipts import match_receipts

CLASSES = ("aeroplane", "bicycle", "bird")
TODAY = date(2026, 11, 24)


def make_package(results: Path, run: str, seed: int) -> Path:
    """Pack one image, which differs between the runs and seeds; return package.json."""
    folder = results / run / f"seed{seed}"
    values = np.full((6, 8), (len(run) + seed) % 4, dtype=np.uint8)
    item = PredictionItem("2008_000006", "", 6, 8)
    index = folder / "crf/test.crf/index.json"
    write_label_maps(index, split="test", expected=1, source={}, maps=[(item, values)])
    write_package(
        folder / "submission",
        labels=read_predictions(index),
        records=[ImageRecord(item.id, "", 6, 8, np.zeros(3, dtype=np.float32))],
        protocol="crf",
        num_classes=3,
    )
    return folder / "submission/package.json"


def receipt(digest: str) -> dict[str, Any]:
    return {
        "url": "http://host.robots.ox.ac.uk/anonymous/ABCDEF.html",
        "date": "2026-11-24",
        "package_sha256": digest,
        "per_class": {"background": 93.1, "aeroplane": 88.2, "bicycle": 40, "bird": 90.5},
        "mean": 77.95,
    }


def match(packages: list[Path], path: Path | None) -> list[dict[str, Any]]:
    results = packages[0].parents[3] if packages else Path("none")
    document = match_receipts(packages, path, {"more": CLASSES}, TODAY, results)
    assert list(document) == ["packages"]
    entries: list[dict[str, Any]] = document["packages"]
    return entries


def write(path: Path, receipts: Any) -> None:
    path.write_text(yaml.safe_dump(receipts))
