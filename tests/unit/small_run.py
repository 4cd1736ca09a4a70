"""A data set of a few images and a run small enough for a unit test."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from methods.data.files import sha256, write_json
from methods.data.labels import write_index_png
from methods.data.manifest import write_index
from methods.data.scenes import render_scene
from methods.more.network import MoRe
from methods.vit import VisionTransformer, VitOutput

CLASSES = ("aeroplane", "bicycle", "bird")
IMAGES = 6
_RUN: dict[str, Any] = {
    "train_split": "train_aug",
    "network": {
        "patch_size": 8,
        "width": 16,
        "depth": 3,
        "heads": 2,
        "pretrained_size": 48,
        "registers": 2,
        "auxiliary_layer": -2,
        "neighbour_ratio": 0.5,
        "decoder_width": 8,
        "decoder_dilation": 1,
    },
    "training": {
        "iterations": 5,
        "batch_size": 2,
        "precision": {"network": "fp32", "cams": "fp32", "tf32": False},
        "loader_workers": 0,
        "checkpoint_every": 2,
        "log_every": 2,
        "augmentation": {
            "kind": "resized_crop",
            "crop": 48,
            "scale": [0.32, 1.0],
            "ratio": [0.75, 1.3333333333],
            "flip_probability": 0.5,
            "jitter": [0.4, 0.4, 0.2, 0.1],
            "jitter_probability": 0.5,
        },
        "optimizer": {
            "lr": 1e-3,
            "head_lr_factor": 10,
            "betas": [0.9, 0.999],
            "eps": 1e-8,
            "weight_decay": 0.01,
        },
        "schedule": {
            "kind": "poly",
            "warmup_iterations": 1,
            "warmup_start": 1e-6,
            "power": 0.9,
            "floor": 0,
        },
        "pseudo_labels": {
            "cam_scales": [1.0, 0.5],
            "refine": {"high": 0.7, "low": 0.25},
            "affinity": {"high": 0.7, "low": 0.25},
            "cre_early": {"high": 0.5, "low": 0.25},
            "ure_early": {"high": 0.7, "low": 0.25},
            "late": {"high": 0.6, "low": 0.35},
            "background": 0.5,
            "par": {"dilations": [1, 2], "iterations": 2},
        },
        "losses": {
            "cre": 0.2,
            "ure": 0.1,
            "ptc": 0.3,
            "seg": 0.12,
            "reg": 0.05,
            "temperature": 0.5,
            "ptc_start": -1,
            "region_start": -1,
            "seg_start": 1,
            "mask_switch": 3,
            "ure_selection": {"window": 3, "threshold": 1.2, "tokens": 8},
            "energy": {"weight": 1e-6, "sigma_rgb": 15, "sigma_xy": 25, "scale_factor": 0.5},
        },
    },
    "checkpoint": {"rule": "last"},
    "inference": {"image_size": 48},
    "protocols": {
        "raw": {"map": "decoder", "split": "val", "scales": [1.0], "flip": False},
        "multiscale": {"map": "decoder", "split": "val", "scales": [0.84, 1.0], "flip": True},
        "cam": {
            "map": "cam",
            "split": "train",
            "scales": [1.0],
            "flip": True,
            "labels": "given",
            "background": 0.5,
            "threshold_source": "fixed",
        },
    },
}


def small_run() -> dict[str, Any]:
    """The run's block, a copy that a test may change."""
    return deepcopy(_RUN)


def write_images(folder: Path) -> Path:
    """Write images and their index.csv, and no mask; return the index."""
    rows: list[dict[str, str | int]] = []
    for number in range(IMAGES):
        scene = render_scene(np.random.default_rng([9, number]), 56, 64 + number, len(CLASSES))
        name = f"2012_{number:06d}"
        Image.fromarray(scene.image).save(folder / f"{name}.jpg", quality=95)
        labels = sorted({CLASSES[class_id - 1] for class_id, _ in scene.objects})
        rows.append(
            {
                "id": name,
                "image": f"{name}.jpg",
                "width": 64 + number,
                "height": 56,
                "mode": "RGB",
                "splits": "train_aug|train" if number < 4 else "val",
                "labels": "|".join(labels),
            }
        )
    write_index(folder / "index.csv", rows)
    return folder / "index.csv"


def write_masks(folder: Path) -> Path:
    """Write the masks of the images, whose upper rim counts nowhere; return their manifest.json."""
    masks = {}
    for number in range(IMAGES):
        scene = render_scene(np.random.default_rng([9, number]), 56, 64 + number, len(CLASSES))
        mask = scene.mask.copy()
        mask[:2] = 255
        masks[f"2012_{number:06d}"] = f"2012_{number:06d}.png"
        write_index_png(folder / f"2012_{number:06d}.png", mask)
    names = [f"{stem}.{kind}" for stem in masks for kind in ("png", "jpg")]
    files = [{"name": name, "sha256": sha256(folder / name)} for name in names]
    write_json(folder / "manifest.json", {"files": files, "masks": masks})
    return folder / "manifest.json"


def write_backbone(path: Path) -> Path:
    """Write the weights of a plain ViT of the run's sizes."""
    torch.manual_seed(0)
    vit = VisionTransformer(patch_size=8, width=16, depth=3, heads=2, tokens=1, pretrained_size=48)
    torch.save(vit.state_dict(), path)
    return path


def record_passes(model: MoRe) -> list[VitOutput]:
    """What the encoder returns from now on, pass by pass; the list grows."""
    passes: list[VitOutput] = []
    model.encoder.register_forward_hook(lambda _module, _images, output: passes.append(output))
    return passes
