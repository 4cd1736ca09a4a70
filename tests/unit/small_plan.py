"""An experiment whose sizes can be counted by hand, and an empty place for it."""

import dataclasses
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
        device="auto",
    )
    return dataclasses.replace(found, **changes)


def small_experiment() -> dict[str, Any]:
    """One run whose sizes can be counted by hand."""
    return {
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
                "dataset": "few",
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


def put(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    return path
