"""Trainings of the weights that the pipeline makes itself, and what each of them costs."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from methods.configuration.loading import Configuration
from methods.planning.step import FLOAT, TORCH_START, Step
from methods.vit_cost import VitSizes
from methods.weights.clip_cost import clip_cost
from methods.weights.used import weights_of

PRETRAINING = "pretraining"  # name of their steps

# Seconds of one core for a pixel of a generated scene or bird (measured: 8 ms for 112 x 112).
_RENDERING = 0.008 / 112**2
_LEARNING = 3  # passes that an image takes: one forward, and twice as much back


class _Cost(NamedTuple):
    """As of a step."""

    bytes: float
    macs: float
    core_seconds: float


def pretrainings(configuration: Configuration) -> Iterator[Step]:
    """Those that a training waits for."""
    used = weights_of(configuration.experiment["runs"].values())
    for name, entry in configuration.experiment["weights"].items():
        counted = {"pretrained": _backbone, "contrastive": _clip}.get(entry["source"])
        if counted is not None and name in used:
            cost = counted(entry)
            yield Step(
                name=PRETRAINING,
                path=configuration.weights / f"{name}.pt",
                root=configuration.weights,
                written="weights",
                bytes=cost.bytes,
                macs=cost.macs,
                learns=True,
                core_seconds=cost.core_seconds,
                start=TORCH_START,
                method=used[name],
            )


def _backbone(entry: Mapping[str, Any]) -> _Cost:
    network, training = entry["network"], entry["pretraining"]
    sizes = {key: network[key] for key in ("patch_size", "width", "depth", "image_size")}
    vit = VitSizes(**sizes, tokens=1)
    patches = (network["image_size"] // network["patch_size"]) ** 2
    images = training["batch_size"] * training["iterations"]
    return _Cost(
        bytes=FLOAT * vit.parameters(),
        macs=_LEARNING * vit.macs(patches) * images,
        core_seconds=_rendering(training["scenes"], network["image_size"]),
    )


def _clip(entry: Mapping[str, Any]) -> _Cost:
    """Of the image tower alone: texts (a twelfth of mini's work) and file size are not counted."""
    network, training = entry["network"], entry["contrastive"]
    images = training["batch_size"] * training["iterations"]
    return _Cost(
        bytes=0.0,
        macs=_LEARNING * clip_cost(network).macs * images,
        core_seconds=_rendering(training["pairs"], network["image_size"]),
    )


def _rendering(pictures: int, side: int) -> float:
    return pictures * side**2 * _RENDERING
