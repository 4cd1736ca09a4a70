"""A run of CDTR small enough for a unit test."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from methods.cdtr.settings import TrainingSettings
from methods.data.manifest import write_index
from methods.settings import build
from methods.training.checkpoints import GivenWeights
from methods.vit import VisionTransformer
from methods.weights.clip import build_clip

CLASSES = ("Black_footed_Albatross", "Crested_Auklet", "Rusty_Blackbird")
IMAGES = 14  # two of them of split test
_RUN: dict[str, Any] = {
    "method": "cdtr",
    "task": "localization",
    "train_split": "train",
    "weights": "small",
    "guide": "small_clip",
    "network": {
        "patch_size": 16,
        "width": 12,
        "depth": 3,
        "heads": 2,
        "pretrained_size": 64,
        "csm_width": 4,
        "ocm_blocks": 2,
        "drop_path": 0.1,
    },
    "training": {
        "epochs": 3,
        "batch_size": 2,
        "emulate_processes": 2,
        "precision": {"network": "fp32", "tf32": False},
        "loader_workers": 0,
        "checkpoint_every": 2,
        "log_every": 2,
        "sampler": {"repeats": 3, "round_to": 4, "set_epoch": True},
        "augmentation": {
            "crop": 64,
            "scale": [0.08, 1.0],
            "ratio": [0.75, 1.3333333333],
            "flip_probability": 0.5,
            "rand_augment": "rand-m9-mstd0.5-inc1",
            "erasing_probability": 0.25,
        },
        "optimizer": {
            "lr": 1e-3,
            "lr_batch": 4,
            "betas": [0.9, 0.999],
            "eps": 1e-8,
            "weight_decay": 0.05,
        },
        "schedule": {"warmup_epochs": 1, "warmup_lr": 1e-6, "floor": 1e-5},
        "losses": {"clip": 2.4, "area_ratio": 0.25},
    },
    "checkpoint": {"rule": "last"},
    "inference": {"image_size": 64, "resize": 72},
    "protocols": {
        "released": {
            "split": "test",
            "box": "program",
            "crop": "program",
            "gt_known": "predicted",
            "several": "last",
            "threshold": 0.2,
            "threshold_source": "published",
        },
        "honest": {
            "split": "test",
            "box": "wsolevaluation",
            "crop": "exact",
            "gt_known": "labelled",
            "several": "best",
            "threshold_source": "train",
        },
    },
}


def small_run() -> dict[str, Any]:
    """The run's block, a copy that a test may change."""
    return deepcopy(_RUN)


def training_settings(**changes: Any) -> TrainingSettings:
    """The settings of its training, some of them changed."""
    return replace(build(TrainingSettings, _RUN["training"]), **changes)


def write_images(folder: Path) -> Path:
    """Write images of coloured noise and their index.csv, and no box; return the index."""
    rows: list[dict[str, str | int]] = []
    for number in range(IMAGES):
        pixels = np.random.default_rng(number).integers(0, 256, (9, 10, 3), dtype=np.uint8)
        image = Image.fromarray(pixels).resize((80, 72 + number), Image.Resampling.BICUBIC)
        name = f"{number + 1:05d}"
        image.save(folder / f"{name}.png")
        rows.append(
            {
                "id": name,
                "image": f"{name}.png",
                "width": 80,
                "height": 72 + number,
                "mode": "RGB",
                "splits": "train" if number < IMAGES - 2 else "test",
                "labels": CLASSES[number % len(CLASSES)],
            }
        )
    write_index(folder / "index.csv", rows)
    return folder / "index.csv"


def write_backbone(path: Path) -> Path:
    """Write the weights of a plain ViT of the run's sizes."""
    torch.manual_seed(0)
    vit = VisionTransformer(patch_size=16, width=12, depth=3, heads=2, tokens=1, pretrained_size=64)
    torch.save(vit.state_dict(), path)
    return path


def write_guide(path: Path) -> GivenWeights:
    """Write the weights of a CLIP of the run's image size."""
    network = {
        "embed_dim": 8,
        "image_size": 64,
        "vision": {"layers": 1, "width": 16, "head_width": 8, "patch_size": 32},
        "text": {"layers": 1, "width": 8, "heads": 2},
    }
    torch.manual_seed(1)
    torch.save(build_clip(network).state_dict(), path)
    return GivenWeights(path, network)
