"""What a training leaves behind, without a training."""

from typing import TYPE_CHECKING

import numpy as np
import yaml

from methods.data.files import atomic_path, sha256, write_json
from methods.layout import validation_file
from methods.more.formulation import complete
from methods.training.checkpoints import curve_split, written_iterations
from tests.report.scenes import SPLITS
from tests.unit.small_validation import scored

if TYPE_CHECKING:
    from tests.report.results import Results

TRAINED = (
    *("method", "task", "dataset", "train_split", "weights"),
    *("network", "training", "formulation"),
)
MACHINE = {
    "host": "node7",
    "system": "Linux-6.1",
    "processor": "A processor",
    "gpu": None,
    "driver": None,
    "cuda": None,
    "python": "3.11.9",
    "torch": "2.5.1",
    "threads": 2,
    "deterministic": True,
}
TERMS = ("total", "cls", "cls_aux", "attri", "cre", "ure", "ptc", "seg", "reg")
MAPS = ("decoder", "cam", "aux_cam", "lam", "fused", "cam_predicted")


def write_training(results: "Results", name: str, seed: int) -> None:
    """Write what a training leaves, the scores of its checkpoints, and which one was chosen."""
    run = results.experiment["runs"][name]
    folder, training = results.folder(name, seed), run["training"]
    marks = [[31, "the decoder begins to count"], [151, "the maps change places"]]
    derived = {"global_batch": 12, "training_images": 240, "marks": marks}
    resolved = {
        **complete({key: run[key] for key in TRAINED if key in run}),
        "seed": seed,
        "classes": results.classes,
        "derived": derived,
    }
    with atomic_path(folder / "resolved.yaml") as path:
        path.write_text(yaml.safe_dump(resolved))
    with atomic_path(folder / "train/journal.csv") as path, path.open("w") as file:
        rates = "lr_encoder,lr_heads,images_per_second,data_wait_seconds"
        file.write(f"iteration,{','.join(TERMS)},{rates}\n")
        for n in range(training["iterations"]):
            terms = [2 * np.exp(-n / 120) + results.rng.normal(0, 0.05) for _ in TERMS]
            rate = 2e-4 * (1 - n / 300)
            row = [n, *terms, rate, 10 * rate, 60 + results.rng.normal(), 0.01]
            file.write(",".join(f"{value:.7g}" for value in row) + "\n")
    written = []
    for iteration in written_iterations(training):
        file_name = f"iteration_{iteration:06}.pt"
        with atomic_path(folder / "train/checkpoints" / file_name) as path:
            path.write_bytes(results.rng.bytes(1000))
        digest = sha256(folder / "train/checkpoints" / file_name)
        written.append({"iteration": iteration, "file": file_name, "sha256": digest})
        curve = curve_split(run)
        for split in {curve, run["checkpoint"].get("split", curve)}:
            _write_validation(results, name, seed, split, iteration)
    done = {
        "iterations": training["iterations"],
        "seconds": 151.2,
        "images_seen": 3600,
        "distinct_images": 240,
        "device": "cpu",
        "machine": MACHINE,
        "memory": [{"gpu_allocated": None, "gpu_reserved": None, "resident": 812_345_344}],
        "energy": {"watt_hours": None, "basis": "no NVIDIA card"},
        "checkpoints": written,
        "resumed": [],
        "states_refused": [],
    }
    write_json(folder / "train/done.json", done)
    last = written[-1]
    choice = {
        "rule": run["checkpoint"]["rule"],
        "iteration": last["iteration"],
        "path": str(folder / "train/checkpoints" / last["file"]),
        "sha256": last["sha256"],
    }
    if choice["rule"] == "best":
        scored = {str(entry["iteration"]): 50.0 for entry in written}
        choice |= {"split": run["checkpoint"]["split"], "miou": 50.0, "candidates": scored}
    write_json(folder / "checkpoint.json", choice)


def _write_validation(results: "Results", run: str, seed: int, split: str, iteration: int) -> None:
    """Scores that are highest in the middle of the training."""
    number = len(SPLITS[split])
    document = {
        "split": split,
        "iteration": iteration,
        "protocol": {"scale": 1.0},
        "coverage": {"evaluated": number, "expected": number},
        "f1": 90.0,
        **scored({key: 60 - abs(iteration - 200) / 20 - k for k, key in enumerate(MAPS)}),
    }
    write_json(results.root / validation_file(run, seed, split, iteration), document)
