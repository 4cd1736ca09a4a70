"""CDTR's learning rates and its order of images against the published program's numbers."""

import numpy as np
import pytest

from methods.cdtr.epochs import EpochPlan
from methods.cdtr.repeated import drawn
from methods.cdtr.schedule import learning_rates, peak_rate
from methods.cdtr.settings import OptimizerSettings, ScheduleSettings
from tests.golden.golden import golden, relative_error
from tests.unit.small_cdtr_run import training_settings

SCHEDULE = ScheduleSettings(warmup_epochs=5, warmup_lr=1e-6, floor=1e-5)
CUB = 5994  # images of its training split


@pytest.mark.parametrize(
    ("name", "lr", "batch_size", "processes", "epochs"),
    [("cub", 5e-5, 128, 4, 110), ("imnet", 5e-4, 64, 4, 14), ("earlier_run", 5e-5, 32, 1, 50)],
)
def test_learning_rates(name: str, lr: float, batch_size: int, processes: int, epochs: int) -> None:
    data = golden("10_lr", "cdtr")
    optimizer = OptimizerSettings(lr, 512, (0.9, 0.999), 1e-8, 0.05)
    peak = peak_rate(optimizer, batch_size * processes)
    assert relative_error(peak, data[f"{name}_scaled_base"]) < 1e-12
    settings = training_settings(
        optimizer=optimizer,
        schedule=SCHEDULE,
        batch_size=batch_size,
        emulate_processes=processes,
        epochs=epochs,
    )
    found = learning_rates(settings, "program")
    np.testing.assert_allclose(found, data[f"{name}_lr_of_epoch"], rtol=1e-12)
    assert relative_error(found[0], data[f"{name}_lr_at_construction"]) < 1e-12


@pytest.mark.parametrize("epoch", [0, 1])
@pytest.mark.parametrize(("processes", "rank"), [(1, 0), (4, 0), (4, 1), (4, 2), (4, 3)])
def test_draws_of_a_process(processes: int, rank: int, epoch: int) -> None:
    data = golden("11_ra_sampler", "cdtr")
    plan = EpochPlan(CUB, repeats=3, round_to=256, processes=processes, batch_size=32)
    positions = drawn(plan, epoch)[rank]
    published = data.part(f"world{processes}_rank{rank}_epoch{epoch}_")
    assert positions[:200].tolist() == published["first200"].tolist()
    found = [len(positions), int(positions.sum()), len(set(positions.tolist()))]
    assert found == published["len_sum_unique"].tolist()
