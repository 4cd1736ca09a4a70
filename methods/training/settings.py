"""Settings of the optimizer and its schedule."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class OptimizerSettings:
    """AdamW: one learning rate for the encoder, one for what is trained from scratch."""

    lr: float  # of the encoder
    head_lr_factor: float  # of everything else, relative to `lr`
    betas: tuple[float, float]
    eps: float
    weight_decay: float


@dataclass(frozen=True)
class ScheduleSettings:
    """Learning rates with a warm-up."""

    kind: Literal["poly", "cosine"]
    warmup_iterations: int
    warmup_start: float  # poly: ratio of the peak; cosine: absolute learning rate
    power: float  # poly only
    floor: float  # no learning rate falls below this after the warm-up
