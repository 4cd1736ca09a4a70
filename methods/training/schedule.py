"""AdamW over parameter groups, and its learning rate at every step."""

import math
from collections.abc import Sequence

from torch import nn
from torch.optim import AdamW

from methods.training.settings import OptimizerSettings, ScheduleSettings

_ENCODER_GROUPS = 2  # the first groups are the encoder's, the others belong to the heads


def build_optimizer(groups: Sequence[Sequence[nn.Parameter]], settings: OptimizerSettings) -> AdamW:
    """AdamW with the encoder's learning rate for the first two groups, the heads' for the rest.

    Weight decay applies to every parameter, norms and biases included.

    Args:
        groups: parameters of the network, those of the encoder in the first two. A group may be
            empty.
        settings: peak learning rates, moments and weight decay.
    """
    encoder, heads = _peaks(settings)
    return AdamW(
        [
            {
                "params": list(parameters),
                "lr": encoder if index < _ENCODER_GROUPS else heads,
                "rate": "lr_encoder" if index < _ENCODER_GROUPS else "lr_heads",
            }
            for index, parameters in enumerate(groups)
            if parameters
        ],
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        fused=True,  # one kernel a group: several times faster on many small tensors
    )


def learning_rate(step: int, steps: int, peak: float, schedule: ScheduleSettings) -> float:
    """Learning rate of one step.

    Args:
        step: steps taken so far; from `steps` on the last value is kept.
        steps: length of the run.
        peak: learning rate at the end of the warm-up.
        schedule: shape of the curve. The poly warm-up starts at a share of the peak, the cosine
            one at an absolute learning rate. The poly decay counts from step 0, so the learning
            rate drops where its warm-up ends.
    """
    step = min(step, steps - 1)
    warmup = schedule.warmup_iterations
    if step < warmup:
        done = step / warmup
        if schedule.kind == "poly":
            return peak * (1 - (1 - done) * (1 - schedule.warmup_start))
        return schedule.warmup_start + (peak - schedule.warmup_start) * done
    if schedule.kind == "poly":
        decayed = peak * math.pow(1 - step / steps, schedule.power)
    else:
        decayed = peak / 2 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
    return max(decayed, schedule.floor)


def learning_rates(
    step: int, steps: int, optimizer: OptimizerSettings, schedule: ScheduleSettings
) -> dict[str, float]:
    """Learning rates of a step, as the journal names them: lr_encoder and lr_heads."""
    encoder, heads = _peaks(optimizer)
    return {
        "lr_encoder": learning_rate(step, steps, encoder, schedule),
        "lr_heads": learning_rate(step, steps, heads, schedule),
    }


def set_learning_rates(
    optimizer: AdamW,
    step: int,
    steps: int,
    settings: OptimizerSettings,
    schedule: ScheduleSettings,
) -> dict[str, float]:
    """Prepare the groups of `build_optimizer` for a step; call before each of them.

    Returns:
        What was set: lr_encoder and lr_heads.
    """
    rates = learning_rates(step, steps, settings, schedule)
    for group in optimizer.param_groups:
        group["lr"] = rates[group["rate"]]
    return rates


def _peaks(settings: OptimizerSettings) -> tuple[float, float]:
    return settings.lr, settings.lr * settings.head_lr_factor
