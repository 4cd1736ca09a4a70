"""Learning rates of CDTR by epoch."""

import pytest

from methods.cdtr.schedule import learning_rate, learning_rates, peak_rate
from methods.cdtr.settings import OptimizerSettings, ScheduleSettings
from tests.unit.small_cdtr_run import training_settings

OPTIMIZER = OptimizerSettings(5e-5, 512, (0.9, 0.999), 1e-8, 0.05)
SCHEDULE = ScheduleSettings(warmup_epochs=5, warmup_lr=1e-6, floor=1e-5)
PUBLISHED = training_settings(
    optimizer=OPTIMIZER, schedule=SCHEDULE, batch_size=128, emulate_processes=4, epochs=110
)
EARLIER = training_settings(
    optimizer=OPTIMIZER, schedule=SCHEDULE, batch_size=32, emulate_processes=1, epochs=50
)


def test_the_peak_grows_with_the_images_of_an_iteration() -> None:
    assert peak_rate(OPTIMIZER, 4 * 128) == pytest.approx(5e-5)
    assert peak_rate(OPTIMIZER, 32) == pytest.approx(3.125e-6)


def test_the_program_is_one_epoch_late() -> None:
    rates = learning_rates(PUBLISHED, "program")
    assert rates[:6] == pytest.approx([1e-6, 1e-6, 1.08e-5, 2.06e-5, 3.04e-5, 4.02e-5])
    assert rates[6] == pytest.approx(4.98e-5, rel=1e-3)
    assert rates[-1] == pytest.approx(1.003e-5, rel=1e-3)
    assert len(rates) == 110


def test_on_time_each_epoch_has_its_own_rate() -> None:
    late, on_time = (learning_rates(PUBLISHED, account) for account in ("program", "on_time"))
    assert on_time[:-1] == late[1:]
    assert on_time[0] == 1e-6
    assert on_time[-1] < late[-1]


def test_a_floor_above_the_peak_makes_the_rate_rise() -> None:
    rates = learning_rates(EARLIER, "program")
    assert rates[1:] == sorted(rates[1:])
    assert max(rates) == rates[-1] == pytest.approx(1e-5, rel=0.01)
    assert rates[5] < 3.125e-6 < rates[6]


def test_without_a_warm_up_the_first_rate_is_the_peak() -> None:
    assert learning_rate(0, 10, 5e-5, ScheduleSettings(0, 1e-6, 1e-5)) == pytest.approx(5e-5)


def test_the_cosine_counts_from_the_beginning() -> None:
    """Half way through the run it is half way down, however long the warm-up was."""
    assert learning_rate(5, 10, 5e-5, SCHEDULE) == pytest.approx(3e-5)
