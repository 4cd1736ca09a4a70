"""A small but complete results folder, in the formats that the rules write."""

import copy
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from methods.data.files import atomic_path, sha256, write_json
from methods.data.labels import write_index_png, write_label_png
from methods.data.predictions import PredictionItem, write_arrays, write_index
from methods.data.scenes import Scene, render_scene
from methods.data.voc import augmented_mask_file, image_file, voc_folder
from methods.evaluation.controls import all_background, all_background_miou, perfect
from methods.evaluation.segmentation import confusion_matrix, metrics_document, write_metrics
from methods.reporting.claims import load_claims
from methods.reporting.sources import ReportSources, collect
from methods.reporting.verdicts import judge_all
from methods.yaml_files import read_yaml

REPOSITORY = Path(__file__).parents[2]
SPLITS = {"train": ["2012_000001", "2012_000002", "2012_000003", "2012_000004"]}
SPLITS["val"] = [f"2012_0000{number}" for number in range(11, 19)]
NOISE = {"raw": 0.30, "multiscale": 0.24, "crf": 0.16, "cam": 0.5, "aux_cam": 0.6, "lam": 0.4}
TRAINED = ("method", "task", "dataset", "train_split", "weights", "network", "training")
MACHINE = {
    "host": "node7",
    "system": "Linux-6.1",
    "processor": "A processor",
    "gpu": None,
    "python": "3.11.9",
    "torch": "2.5.1",
    "threads": 2,
}
TERMS = ("total", "cls", "cls_aux", "attri", "cre", "ure", "ptc", "seg", "reg")


class Results:
    """Writes an experiment's results below a folder and finds them again."""

    def __init__(
        self, folder: Path, *, seeds: Sequence[int] = (0,), classes: Sequence[str] | None = None
    ) -> None:
        self.root = folder / "results" / "mini"
        self.data_root = folder / "data"
        self.benchmarks = folder / "benchmarks"
        self.seeds = seeds
        settings = read_yaml(REPOSITORY / "experiments/mini.yaml")
        self.experiment: dict[str, Any] = copy.deepcopy(settings)
        if classes is not None:
            self.experiment["datasets"]["shapes"]["classes"] = list(classes)
        self.classes: list[str] = self.experiment["datasets"]["shapes"]["classes"]
        self.run = self.experiment["runs"]["more"]
        self.run["gallery"] = SPLITS["val"][:3]
        self.rng = np.random.default_rng(5)
        self.scenes = self._write_data()
        self._write_controls()
        for seed in seeds:
            self._write_run(self.root / "more" / f"seed{seed}", seed)
        self._write_benchmarks()
        self.judge()

    def sources(self) -> ReportSources:
        """What `workflow_scripts/render_report.py` hands to the page."""
        published = read_yaml(REPOSITORY / "experiments/paper.yaml")
        return collect(
            self.root,
            self.experiment,
            published=published,
            seeds=self.seeds,
            data_root=self.data_root,
            benchmark_root=self.benchmarks,
            repository=REPOSITORY,
        )

    def judge(self, claims: str = "claims/mini.yaml") -> None:
        """Write the verdicts on a claim file."""
        document = judge_all(load_claims(REPOSITORY / claims), self.root, self.seeds)
        write_json(self.root / "verdicts.json", document)

    def _write_data(self) -> dict[str, Scene]:
        voc = voc_folder(self.data_root / "extracted" / "shapes" / "tree")
        ids = [id for members in SPLITS.values() for id in members]
        (voc / "SegmentationClassAug").mkdir(parents=True)
        scenes = {}
        for id in ids:
            height, width = self.rng.integers(72, 120, 2)
            scene = render_scene(self.rng, int(height), int(width), len(self.classes))
            with atomic_path(voc / image_file(id)) as path:
                Image.fromarray(scene.image).save(path, quality=90)
            write_index_png(voc / augmented_mask_file(id), scene.mask)
            scenes[id] = scene
        folder = self.root / "data" / "shapes"
        splits = {
            name: {
                "count": len(ids),
                "sha256_of_ids": hashlib.sha256(repr(ids).encode()).hexdigest(),
            }
            for name, ids in SPLITS.items()
        }
        write_json(
            folder / "manifest.json",
            {"dataset": "shapes", "classes": self.classes, "splits": splits, "files": []},
        )
        check = {"checked": 12, "expected": "mode P or L", "found": "mode L", "examples": []}
        write_json(
            folder / "checks.json",
            {
                "checks": [
                    {"name": "masks are label maps", "severity": "ok", "failed": 0, **check},
                    {
                        "name": "every annotated class has a pixel",
                        "severity": "warning",
                        **check,
                        "failed": 1,
                        "examples": ["2012_000003"],
                    },
                ]
            },
        )
        with atomic_path(folder / "index.csv") as path:
            path.write_text("id,image,width,height,mode,splits,labels\n")
        write_json(
            self.root / "weights/mini-vit.json",
            {
                "name": "mini-vit",
                "source": "pretrained",
                "task": "texture, hue and shape of every patch of a generated scene",
                "left_out": ["star + stripes"],
                "accuracy": {"texture_patches": 81.25, "object_iou": 73.5},
                "seed": 21,
            },
        )
        return scenes

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
        self, path: Path, split: str, stage: str, maps: dict[str, np.ndarray], **protocol: Any
    ) -> float:
        counts = np.stack(
            [
                confusion_matrix(self.scenes[id].mask, labels, len(self.classes) + 1)
                for id, labels in maps.items()
            ]
        )
        document = metrics_document(
            split=split,
            stage=stage,
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

    def _write_run(self, folder: Path, seed: int) -> None:
        stages = [("train", stage) for stage in ("cam", "aux_cam", "lam")]
        stages += [("val", stage) for stage in ("raw", "multiscale", "crf")]
        checked = {}
        for split, stage in stages:
            maps = {id: self._predict(id, NOISE[stage]) for id in SPLITS[split]}
            place = f"crf/{split}" if stage == "crf" else f"labels/{split}.{stage}"
            self._write_index(folder / place, split, maps)
            score = self._score(folder / f"metrics/{split}.{stage}.json", split, stage, maps)
            checked[f"{split}.{stage}"] = {"miou": score, "difference": 0.0}
        write_json(
            folder / "metrics/cross_check.json",
            {"tool": "mmsegmentation", "version": "1.2.2", "stages": checked},
        )
        for split in SPLITS:
            self._write_maps(folder / f"maps/{split}", split)
        self._write_logits(folder / "predictions/val", "val")
        self._write_training(folder, seed)

    def _write_index(self, folder: Path, split: str, maps: dict[str, np.ndarray]) -> None:
        (folder / "labels").mkdir(parents=True)
        items = []
        for id, labels in maps.items():
            write_label_png(folder / f"labels/{id}.png", labels)
            items.append(PredictionItem(id, f"labels/{id}.png", *labels.shape))
        write_index(folder / "index.json", split=split, expected=len(maps), source={}, items=items)

    def _write_maps(self, folder: Path, split: str) -> None:
        items = []
        for id in SPLITS[split]:
            mask = self.scenes[id].mask
            present = np.unique(mask[mask > 0]).astype(np.int64) - 1
            small = np.stack([mask[::8, ::8] == k + 1 for k in present]).astype(np.float32)
            pair = np.stack([small, small[..., ::-1]])
            noisy = {
                f"{kind}_1": (pair + self.rng.uniform(0, 0.3, pair.shape)).astype(np.float32)
                for kind in ("cam", "aux_cam", "lam")
            }
            write_arrays(folder / f"maps/{id}.npz", {**noisy, "classes": present})
            items.append(PredictionItem(id, f"maps/{id}.npz", *mask.shape))
        write_index(folder / "index.json", split=split, expected=len(items), source={}, items=items)

    def _write_logits(self, folder: Path, split: str) -> None:
        items = []
        for id in SPLITS[split]:
            write_arrays(folder / f"logits/{id}.npz", {"scale_1": np.zeros((2, 2, 2), np.float32)})
            items.append(PredictionItem(id, f"logits/{id}.npz", *self.scenes[id].mask.shape))
        write_index(folder / "index.json", split=split, expected=len(items), source={}, items=items)

    def _write_training(self, folder: Path, seed: int) -> None:
        resolved = {
            **{key: self.run[key] for key in TRAINED},
            "seed": seed,
            "classes": self.classes,
            "derived": {
                "global_batch": 12,
                "training_images": 240,
                "marks": [[31, "the decoder begins to count"], [151, "the maps change places"]],
            },
        }
        with atomic_path(folder / "resolved.yaml") as path:
            path.write_text(yaml.safe_dump(resolved))
        with atomic_path(folder / "train/journal.csv") as path, path.open("w") as file:
            rates = "lr_encoder,lr_heads,images_per_second,data_wait_seconds"
            file.write(f"iteration,{','.join(TERMS)},{rates}\n")
            for n in range(300):
                terms = [2 * np.exp(-n / 120) + self.rng.normal(0, 0.05) for _ in TERMS]
                rate = 2e-4 * (1 - n / 300)
                row = [n, *terms, rate, 10 * rate, 60 + self.rng.normal(), 0.01]
                file.write(",".join(f"{value:.7g}" for value in row) + "\n")
        checkpoint = folder / "train/checkpoints/iteration_000300.pt"
        with atomic_path(checkpoint) as path:
            path.write_bytes(self.rng.bytes(1000))
        digest = sha256(checkpoint)
        write_json(
            folder / "train/done.json",
            {
                "iterations": 300,
                "seconds": 151.2,
                "images_seen": 3600,
                "distinct_images": 240,
                "device": "cpu",
                "machine": MACHINE,
                "checkpoints": [
                    {"iteration": 300, "file": "checkpoints/iteration_000300.pt", "sha256": digest}
                ],
            },
        )
        write_json(
            folder / "checkpoint.json",
            {
                "rule": "last",
                "iteration": 300,
                "path": str(checkpoint),
                "sha256": digest,
            },
        )

    def _write_benchmarks(self) -> None:
        for job, seconds in (("train_model/more.seed0", 151.2), ("render_report", 5.0)):
            self.write_benchmark(job, f"{seconds}\t0:02:31\t812.5\t290.1")
        self.write_benchmark("extract_archives/shapes", "0.4\t0:00:00\tNA\tNA")

    def write_benchmark(self, job: str, row: str) -> None:
        """Write the benchmark file of `<rule>` or `<rule>/<job>`."""
        with atomic_path(self.benchmarks / f"{job}.tsv") as path:
            path.write_text(f"s\th:m:s\tmax_rss\tcpu_time\n{row}\n")
