"""A network of CDTR small enough for a unit test of its weights."""

from pathlib import Path

import torch
from torch import Tensor

from methods.cdtr.formulation import PROGRAM, Formulation
from methods.cdtr.network import CDTR, Precision
from methods.cdtr.settings import NetworkSettings

SMALL = NetworkSettings(
    patch_size=8,
    width=12,
    depth=3,
    heads=2,
    pretrained_size=32,
    csm_width=5,
    ocm_blocks=2,
    drop_path=0.0,
)
CLASSES = 4


def small_cdtr(
    seed: int = 0,
    settings: NetworkSettings = SMALL,
    formulation: Formulation = PROGRAM,
    precision: Precision = "fp32",
) -> CDTR:
    torch.manual_seed(seed)
    return CDTR(settings, CLASSES, formulation, precision)


def small_images(count: int = 2, side: int = SMALL.pretrained_size) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(0))


def copy_of(model: CDTR) -> dict[str, Tensor]:
    return {key: value.clone() for key, value in model.state_dict().items()}


def saved(folder: Path, content: object) -> Path:
    torch.save(content, folder / "file.pth")
    return folder / "file.pth"
