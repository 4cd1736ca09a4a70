"""CLIP's networks as open_clip builds them, with weights drawn at random."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch

from methods.errors import InputError
from methods.settings import build
from methods.torch_compat import define_missing_operators
from methods.weights.clip_sizes import CONTEXT_LENGTH, NAMED

define_missing_operators()

import open_clip  # noqa: E402
from open_clip import CLIP as CLIP  # noqa: E402

CLIP_MEAN: tuple[float, float, float] = open_clip.OPENAI_DATASET_MEAN
CLIP_STD: tuple[float, float, float] = open_clip.OPENAI_DATASET_STD


@dataclass(frozen=True)
class VisionSettings:
    """A ResNet as in CLIP, of four stages, or a ViT."""

    layers: tuple[int, int, int, int] | int  # blocks of every stage; of the ViT
    width: int  # channels behind the ResNet's stem; of the ViT
    head_width: int  # of the pooling attention, whose width is 32 x `width`; of the ViT's
    patch_size: int = 32  # pixels; of a ViT alone


@dataclass(frozen=True)
class TextSettings:
    """A transformer with a causal mask over CLIP's 49,408 words and parts of words."""

    layers: int
    width: int
    heads: int
    context_length: int = CONTEXT_LENGTH  # the longest text, its two ends counted


@dataclass(frozen=True)
class ClipSettings:
    """A CLIP of one's own sizes."""

    embed_dim: int  # E
    image_size: int  # pixels
    vision: VisionSettings
    text: TextSettings
    quick_gelu: bool = False  # the activation of OpenAI's networks


def build_clip(network: Mapping[str, Any]) -> CLIP:
    """A CLIP with weights drawn at random; asks no server for anything.

    Args:
        network: {"model": open_clip's name of one of OpenAI's, such as ViT-B-32-quickgelu}, or the
            fields of `ClipSettings`.

    Returns:
        open_clip's `CLIP`, whose keys are those of OpenAI's files.

    Raises:
        InputError: a name is of none of OpenAI's networks.
    """
    if "model" in network:
        return _build_named(network["model"])
    settings = build(ClipSettings, network)
    model = CLIP(
        embed_dim=settings.embed_dim,
        quick_gelu=settings.quick_gelu,
        vision_cfg=asdict(settings.vision) | {"image_size": settings.image_size},
        text_cfg=asdict(settings.text),
    )
    # With kernels in this order convolutions compute in it, on a CPU in two thirds of the time.
    return model.to(memory_format=torch.channels_last)


def _build_named(name: str) -> CLIP:
    # Only names of the list: others may carry a server's address, which open_clip would ask.
    if name not in NAMED:
        raise InputError(
            "weights.network.model",
            f"{name!r}",
            "a network of OpenAI's CLIP, such as ViT-B-32-quickgelu",
            "correct the name",
        )
    return CLIP(**open_clip.get_model_config(name))
