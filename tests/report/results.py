"""A small but complete results folder, in the formats that the rules write."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from methods.claim_files import load_claims
from methods.configuration.experiments import merge, read_experiment
from methods.data.files import atomic_path, sha256, write_json
from methods.data.image_index import read_index
from methods.data.labels import write_label_png
from methods.data.predictions import PredictionItem, read_predictions, write_arrays, write_index
from methods.data.scenes import Scene
from methods.evaluation.controls import all_background, all_background_miou, perfect
from methods.evaluation.segmentation import confusion_matrix
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from methods.layout import labels_index, predictions_index
from methods.protocols import Protocol, read_protocols
from methods.reporting.collecting import collect
from methods.reporting.published_settings import read_published
from methods.reporting.sources import ReportSources
from methods.submission.package import write_package
from methods.training.checkpoints import is_trained
from tests.report.judgements import write_verdicts
from tests.report.scenes import SPLITS, write_scenes
from tests.report.trainings import write_training

REPOSITORY = Path(__file__).parents[2]
RECORDS = sorted((REPOSITORY / "claims/reference").glob("*_settings.yaml"))
SCALES = [0.86, 1.0, 1.15]
_GIVEN = {"split": "train", "scales": [1.0], "flip": True, "labels": "given"}
_THRESHOLD = {"background": 0.5, "threshold_source": "fixed"}
PROTOCOLS: dict[str, dict[str, Any]] = {
    "raw": {"map": "decoder", "split": "val", "scales": [1.0], "flip": False},
    "multiscale": {"map": "decoder", "split": "val", "scales": SCALES, "flip": True},
    "crf": {"map": "decoder", "split": "val", "scales": SCALES, "flip": True, "crf": True},
    "aspect": {
        "map": "decoder",
        "split": "val",
        "scales": SCALES,
        "flip": True,
        "resize": "aspect",
    },
    "aspect_crf": {
        "map": "decoder",
        "split": "val",
        "scales": SCALES,
        "flip": True,
        "resize": "aspect",
        "crf": True,
    },
    "cam": {"map": "cam", **_GIVEN, **_THRESHOLD},
    "aux_cam": {"map": "aux_cam", **_GIVEN, **_THRESHOLD},
    "lam": {"map": "lam", **_GIVEN, **_THRESHOLD},
    "cam_crf": {"map": "cam", **_GIVEN, "crf": True},
    "lam_crf": {"map": "lam", **_GIVEN, "crf": True},
    "lam_logits": {"map": "lam", **_GIVEN, **_THRESHOLD, "split": "val", "labels": "logits"},
    "lam_decoder": {"map": "lam", **_GIVEN, **_THRESHOLD, "split": "val", "labels": "decoder"},
    "lam_decoder_crf": {"map": "lam", **_GIVEN, "split": "val", "labels": "decoder", "crf": True},
    "cam_val": {"map": "cam", **_GIVEN, **_THRESHOLD, "split": "val", "scales": SCALES},
    "aux_cam_val": {"map": "aux_cam", **_GIVEN, **_THRESHOLD, "split": "val", "scales": SCALES},
    "lam_val": {"map": "lam", **_GIVEN, **_THRESHOLD, "split": "val", "flip": False},
}
NOISE = {"raw": 0.30, "multiscale": 0.24, "crf": 0.16, "cam": 0.5, "aux_cam": 0.6, "lam": 0.4}
HELD_OUT = {"checkpoint": {"rule": "best", "split": "held_out"}, "train_split": "train_kept"}
GIVEN = {"checkpoint": {"rule": "file"}}  # a file that is made here
SUBMITTED = {"submission": {"split": "test", "protocol": "crf"}}


class Results:
    """Writes an experiment's results below a folder and finds them again."""

    def __init__(
        self,
        folder: Path,
        *,
        seeds: Sequence[int] = (0,),
        classes: Sequence[str] | None = None,
        runs: Mapping[str, Mapping[str, Any]] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the results.

        Args:
            folder: empty.
            seeds: of the trainings.
            classes: of the data set; those of mini unless given.
            runs: what each run changes in mini's.
            settings: further keys of the experiment.
        """
        self.root = folder / "results" / "mini"
        self.data_root = folder / "data"
        self.benchmarks = folder / "benchmarks"
        self.seeds = seeds
        self.experiment: dict[str, Any] = {
            **read_experiment(REPOSITORY, "mini"),
            **copy.deepcopy(dict(settings or {})),
        }
        if classes is not None:
            self.experiment["datasets"]["shapes"]["classes"] = list(classes)
        self.classes: list[str] = self.experiment["datasets"]["shapes"]["classes"]
        self._state_runs(runs or {"more": {}}, folder / "given.pth")
        self.run = next(iter(self.experiment["runs"].values()))
        self.rng = np.random.default_rng(5)
        self.scenes: dict[str, Scene] = write_scenes(self)
        self._write_controls()
        for name, run in self.experiment["runs"].items():
            for seed in seeds if is_trained(run) else seeds[:1]:
                self._write_run(name, seed)
        self._write_benchmarks()
        self.judge()

    def sources(self) -> ReportSources:
        """What `workflow_scripts/render_report.py` hands to the page."""
        return collect(
            self.root,
            self.experiment,
            published=read_published(RECORDS),
            seeds=self.seeds,
            data_root=self.data_root,
            benchmark_root=self.benchmarks,
            repository=REPOSITORY,
        )

    def judge(self, claims: str = "claims/mini.yaml") -> None:
        """Write the verdicts on a claim file."""
        runs = self.experiment["runs"]
        write_verdicts(self.root, load_claims(REPOSITORY / claims), self.seeds, runs)

    def folder(self, run: str = "more", seed: int = 0) -> Path:
        """The folder of a run and seed."""
        return self.root / run / f"seed{seed}"

    def _state_runs(self, runs: Mapping[str, Mapping[str, Any]], given: Path) -> None:
        given.parent.mkdir(parents=True, exist_ok=True)
        given.write_bytes(b"weights of others")
        base = {**self.experiment["runs"]["more"], "protocols": PROTOCOLS}
        base = {**base, "gallery": SPLITS["val"][:3]}
        base.pop("submission", None)
        stated = {}
        for name, changes in runs.items():
            run = copy.deepcopy(merge(base, changes))
            run["formulation"] = {**base["formulation"], **changes.get("formulation", {})}
            if not is_trained(run):
                run["checkpoint"] |= {"path": str(given), "sha256": sha256(given)}
            stated[name] = run
        self.experiment["runs"] = stated

    def _predict(self, id: str, noise: float) -> np.ndarray:
        """The mask with a share of its 6-pixel blocks given to a random label."""
        mask = self.scenes[id].mask.copy()
        for top in range(0, mask.shape[0], 6):
            for left in range(0, mask.shape[1], 6):
                if self.rng.uniform() < noise * 0.5:
                    block = mask[top : top + 6, left : left + 6]
                    block[:] = self.rng.integers(2) * self.rng.integers(len(self.classes) + 1)
        return mask

    def _score(
        self, path: Path, split: str, name: str, maps: dict[str, np.ndarray], **protocol: Any
    ) -> float:
        size = len(self.classes) + 1
        matrices = [confusion_matrix(self.scenes[id].mask, maps[id], size) for id in maps]
        counts = np.stack(matrices)
        document = metrics_document(
            split=split,
            name=name,
            protocol=protocol,
            classes=self.classes,
            counts=counts,
            expected=len(SPLITS[split]),
            bootstrap_samples=200,
            bootstrap_seed=0,
        )
        write_metrics(path, path.with_suffix(".counts.npz"), document, list(maps), counts)
        return float(document["miou"])

    def _write_controls(self) -> None:
        folder = self.root / "controls" / "shapes"
        masks = {id: self.scenes[id].mask for id in SPLITS["val"]}
        known = all_background_miou(masks.values())
        for control, make in (("perfect", perfect), ("all_background", all_background)):
            made = {id: make(mask) for id, mask in masks.items()}
            self._score(folder / f"val.{control}.json", "val", control, made, known_miou=known)
        colour = {id: self._predict(id, 1.4) for id in masks}
        self._score(folder / "val.colour.json", "val", "colour", colour)

    def _write_run(self, name: str, seed: int) -> None:
        run, folder = self.experiment["runs"][name], self.folder(name, seed)
        protocols = read_protocols(run)
        checked = {}
        for key, protocol in protocols.items():
            split = protocol.split
            maps = {id: self._predict(id, NOISE.get(key, 0.35)) for id in SPLITS[split]}
            self._write_labels(name, seed, split, key, protocol, maps)
            score = self._score(folder / f"metrics/{split}.{key}.json", split, key, maps)
            if protocol.of_decoder:
                checked[f"{split}.{key}"] = {"miou": score, "difference": 0.0}
        write_json(
            folder / "metrics/cross_check.json",
            {"tool": "mmsegmentation", "version": "1.2.2", "protocols": checked},
        )
        for split in {protocol.split for protocol in protocols.values()}:
            self._write_maps(folder / f"maps/{split}", split)
        if "submission" in run:
            self._write_submission(name, seed, run["submission"]["protocol"])
        if is_trained(run):
            write_training(self, name, seed)
        else:
            chosen = {"rule": "file", "iteration": None}
            known = {key: run["checkpoint"][key] for key in ("path", "sha256")}
            write_json(folder / "checkpoint.json", {**chosen, **known})

    def _write_labels(
        self,
        run: str,
        seed: int,
        split: str,
        name: str,
        protocol: Protocol,
        maps: dict[str, np.ndarray],
    ) -> Path:
        """Label maps with their index, and the index of the predictions that they are made of."""
        if protocol.of_decoder:
            index = self.root / predictions_index(run, seed, split, protocol)
            items = []
            for id, labels in maps.items():
                zeros = {"scale_1": np.zeros((2, 2, 2), np.float32)}
                write_arrays(index.parent / f"logits/{id}.npz", zeros)
                items.append(PredictionItem(id, f"logits/{id}.npz", *labels.shape))
            write_index(index, split=split, expected=len(maps), source={}, items=items)
        path = self.root / labels_index(run, seed, split, name, protocol)
        items = []
        for id, labels in maps.items():
            write_label_png(path.parent / f"labels/{id}.png", labels)
            items.append(PredictionItem(id, f"labels/{id}.png", *labels.shape))
        write_index(path, split=split, expected=len(maps), source={}, items=items)
        return path

    def _write_maps(self, folder: Path, split: str) -> None:
        """Maps of the image's classes, and of one more that the network might name."""
        items = []
        for id in SPLITS[split]:
            mask = self.scenes[id].mask
            present = np.unique(mask[mask > 0]).astype(np.int64) - 1
            missing = np.setdiff1d(np.arange(len(self.classes)), present)[:1]
            classes = np.sort(np.concatenate([present, missing]))
            small = np.stack([mask[::8, ::8] == k + 1 for k in classes]).astype(np.float32)
            pair = np.stack([small, small[..., ::-1]])
            arrays: dict[str, np.ndarray] = {
                f"{kind}_{scale:g}": (pair + self.rng.uniform(0, 0.3, pair.shape)).astype("f4")
                for kind in ("cam", "aux_cam", "lam")
                for scale in SCALES
            }
            for labels in ("given", "logits", "decoder"):
                arrays[labels] = np.isin(classes, present)
            write_arrays(folder / f"maps/{id}.npz", {**arrays, "classes": classes})
            items.append(PredictionItem(id, f"maps/{id}.npz", *mask.shape))
        write_index(folder / "index.json", split=split, expected=len(items), source={}, items=items)

    def _write_submission(self, run: str, seed: int, name: str) -> None:
        protocol = read_protocols(self.experiment["runs"][run])[name]
        maps = {id: self._predict(id, 0.2) for id in SPLITS["test"]}
        index = self._write_labels(run, seed, "test", name, protocol, maps)
        document = write_package(
            self.folder(run, seed) / "submission",
            labels=read_predictions(index),
            records=read_index(self.root / "data/shapes/index.csv", "test", self.classes),
            protocol=name,
            num_classes=len(self.classes),
        )
        path = self.root / "receipts.json"
        known = yaml.safe_load(path.read_text())["packages"] if path.exists() else []
        entry = {"run": run, "seed": seed, "sha256": document["sha256"], "receipt": None}
        write_json(path, {"packages": [*known, entry]})

    def _write_benchmarks(self) -> None:
        for job in (*(f"train_model/more.seed{seed}" for seed in self.seeds), "render_report"):
            self.write_benchmark(job, "151.2\t0:02:31\t812.5\t290.1")
        self.write_benchmark("extract_archives/shapes", "0.4\t0:00:00\tNA\tNA")
        archive = str(self.data_root / "extracted/shapes/extraction.json")
        self.describe_job("extract_archives/shapes", made=[archive])
        for seed in self.seeds:
            made = str(self.folder(seed=seed) / "train/checkpoints")
            self.describe_job(f"train_model/more.seed{seed}", read=[archive], made=[made])

    def describe_job(self, job: str, *, read: Sequence[str] = (), made: Sequence[str] = ()) -> None:
        """Write what a job leaves beside its log."""
        described = {"input": {"read": list(read)}, "output": {"made": list(made)}, "gpus": 0}
        write_json(self.root / f"logs/{job}.log.job.json", described)

    def write_benchmark(self, job: str, row: str) -> None:
        """Write the benchmark file of `<rule>` or `<rule>/<job>`."""
        with atomic_path(self.benchmarks / f"{job}.tsv") as path:
            path.write_text(f"s\th:m:s\tmax_rss\tcpu_time\n{row}\n")
