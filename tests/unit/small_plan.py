"""An experiment whose sizes can be counted by hand, and an empty place for it."""

import dataclasses
from copy import deepcopy
from pathlib import Path
from typing import Any

from methods.configuration.loading import Configuration

PROJECT = Path(__file__).parents[2]


def configuration(folder: Path, experiment: dict[str, Any], **changes: Any) -> Configuration:
    """A configuration whose storage is empty."""
    found = Configuration(
        name="trial",
        file=folder / "trial.yaml",
        experiment=experiment,
        seeds=(0, 1),
        results=folder / "results" / "trial",
        data=folder / "data",
        weights=folder / "weights",
        local_files={},
        device="auto",
        deterministic="auto",
        states={"minutes": 10, "iterations": None, "keep": 2, "keep_every": None},
        guards={"gradient_norm": 1e6, "loader_minutes": 10},
        rehearse=None,
        preflight="refuse",
        strict=False,
    )
    return dataclasses.replace(found, **changes)


def only(run: str, experiment: dict[str, Any]) -> dict[str, Any]:
    """An experiment with one of its runs."""
    return {**experiment, "runs": {run: experiment["runs"][run]}}


def small_experiment() -> dict[str, Any]:
    """One run whose sizes can be counted by hand."""
    return {
        "seeds": [0, 1],
        "datasets": {
            "few": {
                "format": "voc",
                "classes": ["cat", "dog", "cow"],
                "source": "local",
                "archives": [{"name": "few.tar", "bytes": 5_000_000, "md5": "0" * 32}],
                "splits": {"train": 10, "train_aug": 20, "val": 5},
                "images": 30,
            }
        },
        "weights": {
            "vit": {"source": "local", "file": "vit.pth", "sha256_prefix": "0" * 8, "network": {}}
        },
        "runs": {
            "more": {
                "method": "more",
                "task": "segmentation",
                "dataset": "few",
                "train_split": "train_aug",
                "weights": "vit",
                "network": {
                    "patch_size": 8,
                    "width": 16,
                    "depth": 2,
                    "heads": 2,
                    "pretrained_size": 48,
                    "registers": 2,
                    "auxiliary_layer": -1,
                    "neighbour_ratio": 0.5,
                    "decoder_width": 8,
                    "decoder_dilation": 1,
                },
                "training": {
                    "iterations": 25,
                    "batch_size": 2,
                    "checkpoint_every": 10,
                    "loader_workers": 3,
                    "schedule": {},
                    "losses": {},
                    "augmentation": {"crop": 48},
                    "pseudo_labels": {"cam_scales": [0.5]},
                },
                "checkpoint": {"rule": "last"},
                "inference": {"image_size": 48},
                "evaluation": {"split": "val"},
                "crf": {"iterations": 5},
                "protocols": {
                    "raw": {"map": "decoder", "split": "val", "scales": [1.0], "flip": False},
                    "crf": {
                        "map": "decoder",
                        "split": "val",
                        "scales": [1.0, 1.5],
                        "flip": True,
                        "crf": True,
                    },
                    "cam": {
                        "map": "cam",
                        "split": "train",
                        "scales": [0.5],
                        "flip": True,
                        "labels": "given",
                        "background": 0.5,
                        "threshold_source": "fixed",
                    },
                },
            }
        },
    }


_CDTR_TRAINING: dict[str, Any] = {
    "epochs": 5,
    "batch_size": 4,
    "emulate_processes": 2,
    "precision": {"network": "fp32", "tf32": False},
    "loader_workers": 3,
    "checkpoint_every": 2,
    "log_every": 10,
    "sampler": {"repeats": 3, "round_to": 8, "set_epoch": True},
    "augmentation": {
        "crop": 48,
        "scale": [0.08, 1.0],
        "ratio": [0.75, 1.3333],
        "flip_probability": 0.5,
        "rand_augment": "rand-m9-mstd0.5-inc1",
        "erasing_probability": 0.25,
    },
    "optimizer": {
        "lr": 5e-5,
        "lr_batch": 512,
        "betas": [0.9, 0.999],
        "eps": 1e-8,
        "weight_decay": 0.05,
    },
    "schedule": {"warmup_epochs": 1, "warmup_lr": 1e-6, "floor": 1e-5},
    "losses": {"clip": 2.4, "area_ratio": 0.25},
}


def small_localization() -> dict[str, Any]:
    """One localization run whose sizes can be counted by hand."""
    box = {"box": "program", "crop": "program", "gt_known": "predicted", "several": "last"}
    network = {"patch_size": 8, "width": 16, "depth": 2, "heads": 2}
    return {
        "datasets": {
            "birds": {
                "format": "cub",
                "classes": ["auk", "owl", "tern"],
                "source": "local",
                "archives": [{"name": "birds.tgz", "bytes": 5_000_000, "md5": "0" * 32}],
                "splits": {"train": 50, "test": 30},
                "images": 80,
                "held_out": {"split": "train", "images": 10, "seed": 0},
            }
        },
        "weights": {
            "vit": {
                "source": "local",
                "file": "vit.pth",
                "sha256_prefix": "0" * 8,
                "network": {**network, "image_size": 48},
            },
            "clip": {
                "source": "local",
                "file": "clip.pt",
                "sha256_prefix": "0" * 64,
                "network": {"model": "ViT-B-32-quickgelu"},
            },
        },
        "runs": {
            "cdtr": {
                "method": "cdtr",
                "task": "localization",
                "dataset": "birds",
                "train_split": "train",
                "weights": "vit",
                "guide": "clip",
                "network": {
                    **network,
                    "pretrained_size": 48,
                    "csm_width": 8,
                    "ocm_blocks": 2,
                    "drop_path": 0.1,
                },
                "training": deepcopy(_CDTR_TRAINING),
                "checkpoint": {"rule": "last"},
                "inference": {"image_size": 48, "resize": 56},
                "evaluation": {"split": "test"},
                "protocols": {
                    "released": {
                        **box,
                        "split": "test",
                        "threshold": 0.2,
                        "threshold_source": "published",
                    },
                    "honest": {**box, "split": "test", "threshold_source": "held_out"},
                    "oracle": {**box, "split": "test", "threshold_source": "test"},
                    "every": {
                        **box,
                        "box": "wsolevaluation",
                        "split": "test",
                        "threshold": 0.195,
                        "threshold_source": "fixed",
                    },
                },
            }
        },
    }


def put(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path
