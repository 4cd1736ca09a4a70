"""A small but complete results folder of localization runs, in the formats the rules write."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from methods.box_protocols import read_box_protocols
from methods.cdtr.formulation import complete
from methods.claims import AtLeast, Claim, Quantity
from methods.configuration.experiments import merge, read_experiment
from methods.data import formats
from methods.data.files import atomic_path, read_json, sha256, write_json
from methods.data.image_index import ImageRecord, read_index
from methods.evaluation.box_controls import ControlData, score_control
from methods.layout import CONTROLS, control_file
from methods.reporting.collecting import collect
from methods.reporting.figures import Drawing
from methods.reporting.localization.section import LocalizationSection, build_section
from methods.reporting.sources import ReportSources
from methods.reporting.tables import Cell, Table
from methods.training.checkpoints import is_trained
from tests.report.judgements import write_verdicts
from tests.report.localization_scenes import SPLITS, write_objects
from tests.report.localization_scores import (
    VIEW,
    Mistakes,
    write_boxes,
    write_document,
    write_predictions,
    write_scores,
)
from tests.report.trainings import MACHINE

REPOSITORY = Path(__file__).parents[2]
CLASSES = ["Black_footed_Albatross", "Crested_Auklet", "Rusty_Blackbird", "Bobolink"]
_NOT_TRAINED = ("checkpoint", "inference", "protocols", "evaluation", "gallery")
TERMS = ("x", "att", "area", "map", "dnc", "clip")
_RELEASED = {
    "split": "test",
    "box": "program",
    "crop": "program",
    "gt_known": "predicted",
    "several": "last",
    "threshold": 0.2,
    "threshold_source": "published",
}
_HONEST = {
    "split": "test",
    "box": "wsolevaluation",
    "crop": "exact",
    "gt_known": "labelled",
    "several": "best",
    "threshold_source": "cubv2",
}
PROTOCOLS: dict[str, dict[str, Any]] = {
    "released": _RELEASED,
    "half": {**_RELEASED, "threshold": 0.5, "threshold_source": "fixed"},
    "oracle": {k: v for k, v in _RELEASED.items() if k != "threshold"}
    | {"threshold_source": "test"},
    "honest": _HONEST,
}
_MINI: dict[str, Any] = read_experiment(REPOSITORY, "mini")["runs"]["cdtr"]
RUN: dict[str, Any] = {
    "method": "cdtr",
    "task": "localization",
    "dataset": "birds",
    "train_split": "train",
    "weights": "mini-vit",
    "guide": "mini-clip",
    "network": {**_MINI["network"], "width": 24, "depth": 3},
    "training": {
        **_MINI["training"],
        "epochs": 4,
        "batch_size": 2,
        "emulate_processes": 2,
        "sampler": {"repeats": 3, "round_to": 4, "set_epoch": True},
    },
    "checkpoint": {"rule": "last"},
    "inference": {"image_size": VIEW.image_size, "resize": VIEW.resize},
    "protocols": PROTOCOLS,
    "evaluation": {"split": "test"},
    "gallery": SPLITS["test"][:2],
}
CLAIM = Claim(
    id="birds-gt-known",
    statement="The boxes are right more often than not.",
    source="None.",
    bound=AtLeast(50.0),
    quantity=Quantity(split="test", metric="gt_known", run="cdtr", protocol="released"),
)


MISTAKES = Mistakes(named=(1, 2, 3, 4, 5), located=(4, 5, 6, 7, 8, 9, 10), constant=(11,))


class LocalizationResults:
    """Writes an experiment's results below a folder and finds them again."""

    def __init__(
        self,
        folder: Path,
        *,
        seeds: Sequence[int] = (0,),
        classes: Sequence[str] = CLASSES,
        runs: Mapping[str, Mapping[str, Any]] | None = None,
        mistakes: Mapping[str, Mistakes] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the results.

        Args:
            folder: empty.
            seeds: of the trainings.
            classes: of the data set.
            runs: what each run changes in `RUN`.
            mistakes: of each run; `MISTAKES` where a run is not named.
            settings: further keys of the experiment.
        """
        self.root = folder / "birds" / "mini"  # the experiment that it is made from
        self.data_root = folder / "data"
        self.seeds = seeds
        self.classes = list(classes)
        self.rng = np.random.default_rng(7)
        dataset = {"format": "cub", "source": "generated", "classes": self.classes}
        self.experiment: dict[str, Any] = {
            "description": "Birds.",
            "claims": ["claims/mini.yaml"],
            "datasets": {"birds": {**dataset, "splits": {k: len(v) for k, v in SPLITS.items()}}},
            "weights": {name: {"source": "pretrained"} for name in ("mini-vit", "mini-clip")},
            "runs": {},
            **copy.deepcopy(dict(settings or {})),
        }
        self.objects = write_objects(self)
        self._write_weights()
        self._write_controls()
        for name, changes in (runs or {"cdtr": {}}).items():
            run = complete(copy.deepcopy(merge(RUN, changes)))
            self.experiment["runs"][name] = run
            for seed in seeds if is_trained(run) else seeds[:1]:
                self._write_run(name, seed, (mistakes or {}).get(name, MISTAKES))
        self.judge(CLAIM)

    def sources(self) -> ReportSources:
        """What `workflow_scripts/render_report.py` hands to the page."""
        return collect(
            self.root,
            self.experiment,
            published={},
            seeds=self.seeds,
            data_root=self.data_root,
            benchmark_root=self.root / "benchmarks",
            repository=REPOSITORY,
        )

    def judge(self, *claims: Claim) -> None:
        """Write the verdicts on claims about the first run."""
        runs = self.experiment["runs"]
        known = [claim for claim in claims if claim.quantity and claim.quantity.run in runs]
        write_verdicts(self.root, known, self.seeds, runs)

    def folder(self, run: str = "cdtr", seed: int = 0) -> Path:
        """The folder of a run and seed."""
        return self.root / run / f"seed{seed}"

    @property
    def manifest(self) -> Path:
        """What the data set consists of."""
        return self.root / "data/birds/manifest.json"

    def records(self, split: str) -> list[ImageRecord]:
        """The images of a split."""
        return read_index(self.root / "data/birds/index.csv", split, self.classes)

    def _write_weights(self) -> None:
        for name in self.experiment["weights"]:
            card = {"name": name, "source": "pretrained", "task": "birds and their names"}
            write_json(self.root / f"weights/{name}.json", {**card, "seed": 3})

    def _write_controls(self) -> None:
        data = ControlData(
            records=self.records("test"),
            training=self.records("train"),
            training_split="train",
            manifest=self.manifest,
            root=formats.data_root("cub", self.data_root / "extracted/birds/tree"),
            view=VIEW,
            num_classes=len(self.classes),
            workers=1,
        )
        for control in CONTROLS["localization"]:
            outcomes, protocol, scores = score_control(control, data)
            path = self.root / control_file("birds", "test", control)
            write_document(self, path, "test", control, protocol, outcomes, scores)

    def _write_run(self, name: str, seed: int, mistakes: Mistakes) -> None:
        run = self.experiment["runs"][name]
        protocols = read_box_protocols(run)
        splits = {split for p in protocols.values() for split in (p.split, p.chosen_on) if split}
        for split in sorted(splits):
            write_predictions(self, name, seed, split, mistakes)
            for rule in dict.fromkeys(p.box for p in protocols.values()):
                write_boxes(self, name, seed, split, rule)
        for key, protocol in protocols.items():
            write_scores(self, name, seed, key, protocol)
        if is_trained(run):
            self._write_training(name, seed)
        else:
            given = self.root.parent / "given.pth"
            given.write_bytes(b"weights of others")
            known = {"path": str(given), "sha256": sha256(given)}
            choice = {"rule": "file", "iteration": None, **known}
            write_json(self.folder(name, seed) / "checkpoint.json", choice)

    def _write_training(self, name: str, seed: int) -> None:
        """What a training leaves, and which checkpoint was chosen."""
        run, folder = self.experiment["runs"][name], self.folder(name, seed)
        iterations = 24
        rates = {"peak_lr": 6.25e-5, "lowest_lr": 1.0e-5, "highest_lr": 6.1e-5}
        counts = {"global_batch": 4, "training_images": 8, "iterations": iterations}
        counts |= {"images_seen": 96, "distinct_images_an_epoch": 8}
        read = {key: value for key, value in run.items() if key not in _NOT_TRAINED}
        derived = {**counts, **rates, "marks": []}
        resolved = {**read, "seed": seed, "classes": self.classes, "derived": derived}
        with atomic_path(folder / "resolved.yaml") as path:
            path.write_text(yaml.safe_dump(resolved))
        weights = [f"weight_{term}" for term in TERMS[:-1]]
        columns = ["iteration", "epoch", *TERMS, "total", *weights, "lr", "distinct_images"]
        rows = [
            [n, n // 6, *(np.exp(-n / 9) + self.rng.normal(0, 0.02) for _ in columns[2:])]
            for n in range(iterations)
        ]
        with atomic_path(folder / "train/journal.csv") as path:
            lines = [columns, *([f"{value:.7g}" for value in row] for row in rows)]
            path.write_text("".join(f"{','.join(line)}\n" for line in lines))
        file = folder / f"train/checkpoints/iteration_{iterations:06}.pt"
        with atomic_path(file) as path:
            path.write_bytes(self.rng.bytes(100))
        written = {"iteration": iterations, "file": file.name, "sha256": sha256(file)}
        done = {
            "iterations": iterations,
            "seconds": 4712.4,
            "images_seen": 96,
            "distinct_images": 8,
            "device": "cuda",
            "machine": {**MACHINE, "gpu": "A GPU", "driver": "580.95.05", "cuda": "13.0"},
            "memory": [
                {"gpu_allocated": 9_876_543_210, "gpu_reserved": 11_123_456_789, "resident": 10**9},
                {"gpu_allocated": 9_800_000_000, "gpu_reserved": 11_234_567_890, "resident": 10**9},
            ],
            "energy": {"watt_hours": 31.5, "basis": "power of the A GPU, 90 samples"},
            "checkpoints": [written],
            "resumed": [],
            "states_refused": [],
        }
        write_json(folder / "train/done.json", done)
        chosen = {"rule": "last", "iteration": iterations, "path": str(file)}
        write_json(folder / "checkpoint.json", {**chosen, "sha256": written["sha256"]})


def built(results: LocalizationResults) -> LocalizationSection:
    """The section of the page."""
    section = build_section(results.sources())
    assert section is not None
    return section


def rows_of(table: Table) -> list[dict[str, Cell]]:
    """The cells of each row by the labels of their columns."""
    labels = [column.label for column in table.columns]
    assert len(set(labels)) == len(labels)
    return [dict(zip(labels, row, strict=True)) for row in table.rows]


def metrics_of(results: LocalizationResults, run: Cell, seed: Cell, name: str) -> dict[str, Any]:
    """The metrics file of a run and seed by a protocol on test."""
    document: dict[str, Any] = read_json(
        results.folder(str(run), int(str(seed))) / f"metrics/test.{name}.json"
    )
    return document


def drawings_of(section: LocalizationSection) -> Iterator[Drawing]:
    """Every drawing of the section."""
    yield from (*section.control_drawings, *section.gap_drawings)
    for part in section.parts:
        yield from (*part.drawings, *part.threshold_curves, part.decomposition)
        for group in part.curves:
            yield from group.drawings
