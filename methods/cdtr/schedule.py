"""The learning rate of every epoch, as timm's cosine schedule gives it."""

import math
from typing import Literal

from methods.cdtr.settings import OptimizerSettings, ScheduleSettings, TrainingSettings


def peak_rate(optimizer: OptimizerSettings, global_batch: int) -> float:
    """The peak, in proportion to the images of an iteration."""
    return optimizer.lr * global_batch / optimizer.lr_batch


def learning_rate(step: int, epochs: int, peak: float, schedule: ScheduleSettings) -> float:
    """Learning rate of one step of the schedule.

    Args:
        step: t, from 0 to `epochs` - 1.
        epochs: T, of the run.
        peak: that the warm-up aims at and the cosine starts from. The cosine counts from step 0,
            so it has fallen a little where the warm-up ends.
        schedule: linear warm-up from an absolute rate; the cosine ends near `floor`. A floor above
            the peak makes the rate rise.
    """
    if step < schedule.warmup_epochs:
        return schedule.warmup_lr + step * (peak - schedule.warmup_lr) / schedule.warmup_epochs
    cosine = 1 + math.cos(math.pi * step / epochs)
    return schedule.floor + 0.5 * (peak - schedule.floor) * cosine


def learning_rates(
    settings: TrainingSettings, account: Literal["program", "on_time"]
) -> list[float]:
    """Learning rate of every epoch of a run.

    Args:
        settings: of the run.
        account: program: the released program takes step 0 before the first epoch and step e behind
            epoch e, so that the first two epochs have the first rate and all others are one late.
            on_time: epoch e has step e.
    """
    late = 1 if account == "program" else 0
    peak = peak_rate(settings.optimizer, settings.batch_size * settings.emulate_processes)
    steps = (max(epoch - late, 0) for epoch in range(settings.epochs))
    return [learning_rate(step, settings.epochs, peak, settings.schedule) for step in steps]
