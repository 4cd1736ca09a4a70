"""The rules by which a page's numbers follow from the values in an experiment's files."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from pathlib import Path
from statistics import fmean
from typing import Any, TypeAlias

from methods.data.files import read_json
from methods.rehearsal import MARK
from methods.wording import size_text
from tests.report.numbers import Block, blocks, reading
from tests.report.values import (
    image_scores,
    leaves,
    linked_sizes,
    machine_values,
    made_sizes,
    read_leaves,
    read_table,
)

_SUFFIXES = (".json", ".yaml", ".csv", ".tsv")
_SEED = re.compile(r"seed\d+")
# Files of many numbers, which could explain anything, count in the blocks that show them alone.
_CURVES, _CLASSES, _TIMES, _RECORDS, _GRID, _PLAIN = range(6)
_KINDS = {"journal.csv": _CURVES, "training_log.csv": _CURVES, "class_log.csv": _CLASSES}
_RECORDED = "reference"  # folder of what the authors published
_OF_CLASSES = ".iou_interval_95."
_OF_MEMORY = re.compile(r"\.(?:max_rss|memory\..*)$")
_OF_GRID = re.compile(r"\.(?:curve|thresholds)\.")

RULES = (
    *("found", "mean over the seeds", "sum over the jobs", "score of an image", "difference"),
    *("minutes of seconds", "hours of seconds", "size in two digits"),
    *("size of a file", "rows of a table", "files of the manifests"),
)

_Rule: TypeAlias = tuple[str, Sequence[float]]  # what it is called; values, ascending


class Evidence:
    """What the files of an experiment say."""

    def __init__(
        self,
        root: Path,
        others: Iterable[Path],
        settings: Mapping[str, Any],
        papers: Iterable[Path] = (),
    ) -> None:
        """Read the files.

        Args:
            root: results/<experiment>; what the page itself wrote does not count, but how much
                of it there is does.
            others: files elsewhere: the claims, records of the authors, benchmarks.
            settings: the experiment as a mapping.
            papers: claims about the papers, which count where the page tells what these publish.
        """
        self._root = root
        self._papers = sorted(value for path in papers for _, value in read_leaves(path))
        found: dict[int, set[float]] = {kind: set() for kind in range(_PLAIN + 1)}
        found[_PLAIN].update(value for _, value in leaves(settings))
        by_seed: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
        by_rule: defaultdict[tuple[str, str], float] = defaultdict(float)
        sizes: set[float] = set()  # of memory and disk, bytes
        for path in sorted({*_own(root), *others}):
            if path.suffix not in _SUFFIXES or not path.is_file():
                continue
            for key, value in read_leaves(path):
                kind = _kind(path, key)
                if _OF_MEMORY.search(key):
                    sizes.add(value * (2**20 if kind == _TIMES else 1))  # of Snakemake, MiB
                found[kind].add(value)
                if kind == _TIMES:
                    by_rule[_rule_of(path), key.rpartition(".")[2]] += value
                elif kind == _PLAIN:
                    by_seed[_SEED.sub("seed", str(path)), key].append(value)
        self._found = {kind: sorted(values) for kind, values in found.items()}
        self._means = sorted(fmean(values) for values in by_seed.values() if len(values) > 1)
        shown = [row["rule"] for row in read_table(root / "report/timings.csv")]
        self._sums = sorted([*by_rule.values(), sum(by_rule[rule, "s"] for rule in shown)])
        made = made_sizes(root)
        sizes |= {*(made[rule] for rule in shown), sum(made[rule] for rule in shown)}
        self._sizes = sorted(float(size_text(size, exact=True).split()[0]) for size in sizes)
        self._rows = sorted(float(len(read_table(path))) for path in root.glob("report/*.csv"))
        listed = [
            float(len(read_json(path)["files"])) for path in root.glob("data/*/manifest.json")
        ]
        self._listed = sorted([*listed, sum(listed)])
        self._images = sorted(image_scores(root))
        self._machine = sorted(machine_values(root / "report/environment.csv"))
        plain = self._found[_PLAIN]
        self._units: dict[str, _Rule] = {
            "(min)": ("minutes of seconds", [value / 60 for value in plain]),
            "GPU-hours": ("hours of seconds", [value / 3600 for value in plain]),
            "wall time": ("sum over the jobs", self._sums),
            "of disk": ("size in two digits", self._sizes),
        }

    def explain(self, html: str) -> tuple[Counter[str], list[str]]:
        """How many numbers of a page each rule explains, and those that none does."""
        counted: Counter[str] = Counter()
        left: list[tuple[str, Block]] = []
        known: defaultdict[str, set[float]] = defaultdict(set)
        sizes = sorted(linked_sizes(html, self._root))
        for block in blocks(html):
            for number in block.numbers:
                for rule, values in self._rules(block, sizes):
                    if alike := reading(number, values):
                        counted[rule] += 1
                        known[_where(block)].update(alike)
                        break
                else:
                    left.append((number, block))
        # Among whole numbers any is soon the difference of two.
        of_two = {_where(block): known[_where(block)] for number, block in left if "." in number}
        differences = {
            where: sorted({a - b for a in of for b in of}) for where, of in of_two.items()
        }
        orphans = []
        for number, block in left:
            if "." in number and reading(number, differences[_where(block)]):
                counted["difference"] += 1
            else:
                orphans.append(f"{number} in {block}")
        return counted, orphans

    def _rules(self, block: Block, sizes: Sequence[float]) -> Iterator[_Rule]:
        """The rules that may explain the numbers of a block."""
        inside, found = set(block.inside), self._found
        yield from self._first_rules(block, inside)
        if {"environment", "limits", "record"} & inside:
            yield "found", self._machine
        named = {"curve-": _CURVES, "validation-": _CURVES, "classes": _CLASSES}
        named |= {"threshold": _GRID, "limits": _RECORDS, "timings": _TIMES}
        for name, kind in named.items():
            if any(name in id for id in inside):
                yield "found", found[kind]
        yield "mean over the seeds", self._means
        if {"gallery", "box-images"} & inside:
            yield "score of an image", self._images
        if {"chain", "downloads"} & inside:
            yield "size of a file", sizes
        if "timings" in inside:
            yield "sum over the jobs", self._sums
        for words, rule in self._units.items():
            if words in block.text:
                yield rule

    def _first_rules(self, block: Block, inside: Set[str]) -> Iterator[_Rule]:
        """Counts and sizes come first: whole numbers are soon found somewhere."""
        if "downloads" in inside or block.tag == "summary":
            yield "rows of a table", self._rows
        if {"timings", "trainings_cost"} & inside:
            yield "size in two digits", self._sizes
        if "record" in inside:
            yield "files of the manifests", self._listed
        if "papers" in inside:
            yield "found", self._papers
        yield "found", self._found[_PLAIN]


def _own(root: Path) -> Iterator[Path]:
    """The files of the experiment that the page tells of, without those that it wrote itself."""
    for path in root.rglob("*"):  # of a rehearsal the page says nothing
        if root / "report" not in path.parents and MARK not in str(path.relative_to(root)):
            yield path


def _rule_of(benchmark: Path) -> str:
    """The rule of a benchmark file, `<rule>.tsv` or `<rule>/<job>.tsv`."""
    folder = benchmark.parent.name
    return benchmark.stem if folder == "benchmarks" else folder


def _kind(path: Path, key: str) -> int:
    for name, kind in _KINDS.items():
        if path.name.endswith(name):
            return kind
    if path.parent.name == _RECORDED:
        return _RECORDS
    if _OF_CLASSES in key:
        return _CLASSES
    if _OF_GRID.search(key):
        return _GRID
    return _TIMES if path.suffix == ".tsv" else _PLAIN


def _where(block: Block) -> str:
    """Between which numbers a difference may be: those of a table or sentence, or of an ablation.

    The drawing of an ablation shows the differences of the table below it.
    """
    return "ablation" if "ablation-section" in block.inside else str(block)
