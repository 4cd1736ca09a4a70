"""A network of MoRe small enough for a unit test of its weights."""

from collections.abc import Mapping

import torch
from torch import Tensor

from methods.more.formulation import PROGRAM, Formulation
from methods.more.network import MoRe
from methods.more.settings import NetworkSettings

SMALL = NetworkSettings(
    patch_size=16,
    width=16,
    depth=4,
    heads=2,
    pretrained_size=64,
    registers=4,
    auxiliary_layer=-3,
    neighbour_ratio=0.5,
    decoder_width=8,
    decoder_dilation=5,
)
CLASSES = 3


def small_model(seed: int = 0, formulation: Formulation = PROGRAM) -> MoRe:
    torch.manual_seed(seed)
    return MoRe(SMALL, CLASSES, formulation)


def equal_states(first: Mapping[str, Tensor], second: Mapping[str, Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.equal(value, second[key]) for key, value in first.items()
    )
