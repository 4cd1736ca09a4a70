"""The values in an experiment's files."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import yaml

from tests.report.numbers import GROUPED, plain

_IN_TEXT = re.compile(
    rf"(?<![\w.])[+\u2212-]?(?:{GROUPED}(?!\w)|\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w|\.\d))"
)
_LINK = re.compile(r'<a (?:class="\w+" )?href="([^"#:]+)"')
DIFFERING = "files that differ from the commit"  # of the table of the environment


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, float]]:
    """(path of keys, number) of every number: as a value, within a text, within a key."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(str(key), f"{path}.key")
            yield from leaves(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{position}")
    elif isinstance(value, str):
        for found in _IN_TEXT.findall(value.replace("_", " ")):
            yield path, plain(found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def read_leaves(path: Path) -> Iterator[tuple[str, float]]:
    """The numbers of a JSON, YAML, CSV or TSV file."""
    if path.suffix in (".json", ".yaml"):
        read = json.loads if path.suffix == ".json" else yaml.safe_load
        yield from leaves(read(path.read_text("utf-8")))
        return
    yield from leaves(read_table(path))


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV or TSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ","))


def image_scores(root: Path) -> Iterator[float]:
    """The IoU of every box, and the mean IoU of every image over the labels that occur in it, %."""
    for path in root.glob("*/seed*/metrics/*.counts.npz"):
        with np.load(path) as held:
            if "iou" in held:
                yield from held["iou"].ravel().tolist()
                continue
            for matrix in held["counts"].astype(float):
                hits = np.diagonal(matrix)
                union = matrix.sum(axis=0) + matrix.sum(axis=1) - hits
                yield 100 * float(np.mean(hits[union > 0] / union[union > 0]))


def machine_values(table: Path) -> Iterator[float]:
    """The numbers of the table of the environment, and how many files it lists, by name or not."""
    for row in read_table(table):
        yield from (value for _, value in leaves(row))
        if DIFFERING in row.values():
            listed = len(row["value"].split(", "))
            yield from (listed, listed - 3)  # the notes name three


def made_sizes(root: Path) -> Counter[str]:
    """Bytes that the jobs of each rule made, by the descriptions beside their logs."""
    sizes: Counter[str] = Counter()
    for description in sorted((root / "logs").rglob("*.log.job.json")):
        rule = description.relative_to(root / "logs").parts[0].partition(".")[0]
        outputs = json.loads(description.read_text("utf-8"))["output"].values()
        named = [name for of in outputs for name in (of if isinstance(of, list) else [of])]
        made = [root.parent.parent / name for name in named]  # an absolute one stays so
        files = {path for of in made for path in (of, *of.rglob("*")) if path.is_file()}
        sizes[rule] += sum(path.stat().st_size for path in files)
    return sizes


def linked_sizes(html: str, root: Path) -> Iterator[float]:
    """The sizes of the files that a page in a folder links to, bytes."""
    for link in set(_LINK.findall(html)):
        path = root / unquote(unescape(link))
        if path.is_file():
            yield path.stat().st_size
