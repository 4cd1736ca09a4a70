"""The values in an experiment's files, and the rules by which a page's numbers follow from them."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
import yaml

from methods.rehearsal import MARK
from tests.report.numbers import Block, blocks, reading

_SUFFIXES = (".json", ".yaml", ".csv", ".tsv")
_IN_TEXT = re.compile(r"(?<![\w.])[+\u2212-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w|\.\d)")
_SEED = re.compile(r"seed\d+")
# Files of many numbers, which could explain anything, count in the blocks that show them alone.
_JOURNALS = ("journal.csv", "training_log.csv")
_GRID = re.compile(r"\.(?:curve|thresholds)\.")
_ENVIRONMENT = "environment"

RULES = (
    *("found", "mean over the seeds", "sum over the jobs of a rule", "score of an image"),
    *("minutes of seconds", "hours of seconds", "difference"),
)


class Evidence:
    """What the files of an experiment say."""

    def __init__(self, root: Path, others: Iterable[Path], settings: Mapping[str, Any]) -> None:
        """Read the files.

        Args:
            root: results/<experiment>; what the page itself wrote does not count.
            others: files elsewhere: claims, records of the authors, benchmarks.
            settings: the experiment as a mapping.
        """
        self._plain = {value for _, value in leaves(settings)}
        self._curves: set[float] = set()
        self._grid: set[float] = set()
        self._times: set[float] = set()
        by_seed: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        by_rule: defaultdict[tuple[Path, str], float] = defaultdict(float)
        own = [
            path
            for path in root.rglob("*")
            if root / "report" not in path.parents and MARK not in str(path.relative_to(root))
        ]  # of a rehearsal the page says nothing
        for path in sorted({*own, *others}):
            if path.suffix not in _SUFFIXES or not path.is_file():
                continue
            for key, value in read_leaves(path):
                if path.name.endswith(_JOURNALS):
                    self._curves.add(value)
                elif _GRID.search(key):
                    self._grid.add(value)
                elif path.suffix == ".tsv":
                    self._times.add(value)
                    by_rule[path.parent, key] += value
                else:
                    self._plain.add(value)
                    by_seed[_SEED.sub("seed", str(path)), key].append(value)
        self._means = {fmean(values) for values in by_seed.values() if len(values) > 1}
        self._sums = set(by_rule.values())
        self._images = set(_image_scores(root))
        self._machine = {v for _, v in read_leaves(root / f"report/{_ENVIRONMENT}.csv")}

    def explain(self, html: str) -> tuple[Counter[str], list[str]]:
        """How many numbers of a page each rule explains, and those that none does."""
        counted: Counter[str] = Counter()
        left: list[tuple[str, Block]] = []
        known: defaultdict[str, set[float]] = defaultdict(set)
        for block in blocks(html):
            for number in block.numbers:
                for rule, values in self._sets(block):
                    if alike := reading(number, values):
                        counted[rule] += 1
                        known[_where(block)].update(alike)
                        break
                else:
                    left.append((number, block))
        differences = {where: {a - b for a in of for b in of} for where, of in known.items()}
        orphans = []
        for number, block in left:
            if reading(number, differences.get(_where(block), ())):
                counted["difference"] += 1
            else:
                orphans.append(f"{number} in {block}")
        return counted, orphans

    def _sets(self, block: Block) -> Iterator[tuple[str, set[float]]]:
        yield "found", self._plain
        if any(name.startswith(("curve-", "validation-")) for name in block.inside):
            yield "found", self._curves
        if any("threshold" in name for name in block.inside):
            yield "found", self._grid
        if _ENVIRONMENT in block.inside:
            yield "found", self._machine
        if "timings" in block.inside:
            yield "found", self._times
            yield "sum over the jobs of a rule", self._sums
        yield "mean over the seeds", self._means
        if {"gallery", "box-images"} & set(block.inside):
            yield "score of an image", self._images
        if "GPU-hours" in block.text:
            yield "hours of seconds", {value / 3600 for value in self._plain}
        if "(min)" in block.text:
            yield "minutes of seconds", {value / 60 for value in self._plain}


def _where(block: Block) -> str:
    """Between which numbers a difference may be: those of a table or sentence, or of an ablation.

    The drawing of an ablation shows the differences of the table below it.
    """
    return "ablation" if "ablation-section" in block.inside else str(block)


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
            yield path, float(found.replace("\u2212", "-"))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path, float(value)


def read_leaves(path: Path) -> Iterator[tuple[str, float]]:
    """The numbers of a JSON, YAML, CSV or TSV file."""
    if path.suffix in (".json", ".yaml"):
        read = json.loads if path.suffix == ".json" else yaml.safe_load
        yield from leaves(read(path.read_text("utf-8")))
        return
    with path.open(newline="", encoding="utf-8") as file:
        delimiter = "\t" if path.suffix == ".tsv" else ","
        yield from leaves(list(csv.DictReader(file, delimiter=delimiter)))


def _image_scores(root: Path) -> Iterator[float]:
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
