"""Parameter groups of the optimizer and their learning rates."""

import pytest
import torch
from torch import nn

from methods.training.schedule import build_optimizer, set_learning_rates
from methods.training.settings import OptimizerSettings, ScheduleSettings

OPTIMIZER = OptimizerSettings(2e-4, 10, (0.9, 0.999), 1e-8, 0.01)
SCHEDULE = ScheduleSettings("poly", 0, 1e-6, 1.0, floor=0)


def test_an_empty_group_moves_no_other_to_another_rate() -> None:
    """A frozen GCR leaves group 3 empty."""
    groups = [[nn.Parameter(torch.ones(2))] for _ in range(5)]
    for empty in (1, 3):
        kept = [group if index != empty else [] for index, group in enumerate(groups)]
        optimizer = build_optimizer(kept, OPTIMIZER)
        assert [group["params"] for group in optimizer.param_groups] == [g for g in kept if g]
        expected = [r for r, group in zip([1, 1, 10, 10, 10], kept, strict=True) if group]
        rates = [group["lr"] for group in optimizer.param_groups]
        assert rates == pytest.approx([2e-4 * factor for factor in expected])
        set_learning_rates(optimizer, 50, 100, OPTIMIZER, SCHEDULE)
        rates = [group["lr"] for group in optimizer.param_groups]
        assert rates == pytest.approx([1e-4 * factor for factor in expected])
        kept[0][0].grad = torch.ones(2)
        optimizer.step()
        assert (kept[0][0] < 1).all()
