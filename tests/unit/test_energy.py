"""The energy of a training, asked of a program that stands in for the driver's."""

import time
from pathlib import Path

import pytest

from methods.cards import visible_cards
from methods.data.files import read_json
from methods.training.energy import Energy, Meter, watt_hours
from methods.training.watching import Watching
from tests.unit.small_driver import Driver
from tests.unit.small_keeping import small_keeping
from tests.unit.small_trainings import CrashError, train_small, train_until

UUID = "uuid,memory.total,name"
CARD = {UUID: "GPU-aaaa, 81559, NVIDIA H100\n"}
POWER = {"uuid,power.draw": "GPU-bbbb, 720000.0\nGPU-aaaa, 360000.0\n"}


def measure(device: str = "cuda") -> Energy:
    """What is drawn in a moment."""
    cards = [card for _, card in visible_cards()]
    with Meter(cards, device, interval=0.01) as meter:
        return meter.energy()


def measure_rate() -> tuple[float, float, Energy]:
    """Watt hours a second, the least and the most by when the cards were looked at; and the last.

    A look calls a program, which on a busy machine takes long.
    """
    cards, end = [card for _, card in visible_cards()], time.monotonic() + 60
    with Meter(cards, "cuda", interval=0.01) as meter:
        looks = 1
        while meter.energy().samples < (looks + 2) * len(cards):  # the meter's own, two of a card
            assert time.monotonic() < end
            looks += 1
            time.sleep(0.01)
        first, last = [_timed(meter, pause) for pause in (0.0, 0.1)]
    drawn = [energy.watt_hours for _, energy, _ in (first, last)]
    assert drawn[0] is not None
    assert drawn[1] is not None
    grown = drawn[1] - drawn[0]
    return grown / (last[2] - first[0]), grown / (last[0] - first[2]), last[1]


def _timed(meter: Meter, pause: float) -> tuple[float, Energy, float]:
    """What is told behind a pause, and the times before and after."""
    time.sleep(pause)
    before = time.monotonic()
    return before, meter.energy(), time.monotonic()


def test_power_is_summed_over_time() -> None:
    hour = 3600
    assert watt_hours([(0, 100), (hour, 100)]) == 100
    assert watt_hours([(5, 0), (5 + hour, 200), (5 + 3 * hour, 0)]) == 300


def test_a_training_on_a_card_is_measured(driver: Driver) -> None:
    driver.answer({**CARD, **POWER})
    least, most, energy = measure_rate()
    assert least <= 100 <= most
    assert energy.summary()["basis"] == (
        f"power of the NVIDIA H100 by nvidia-smi, {energy.samples} samples"
    )


def test_several_cards_are_summed(driver: Driver) -> None:
    both = "GPU-aaaa, 81559, NVIDIA H100\nGPU-bbbb, 81559, NVIDIA H100\n"
    driver.answer({UUID: both, **POWER})
    least, most, energy = measure_rate()
    assert least <= 300 <= most
    assert energy.basis == "power of the 2 x NVIDIA H100"


@pytest.mark.parametrize(
    ("answers", "device", "why"),
    [
        ({**CARD, "uuid,power.draw": "GPU-aaaa, 70.5\n"}, "cpu", "trained on the CPU"),
        ({**CARD, "uuid,power.draw": "GPU-aaaa, [N/A]\n"}, "cuda", "does not tell the power"),
        (CARD, "cuda", "does not tell the power"),
        ({}, "cuda", "no NVIDIA card"),
    ],
)
def test_what_was_not_measured_is_no_number(
    driver: Driver, answers: dict[str, str], device: str, why: str
) -> None:
    driver.answer(answers)
    energy = measure(device)
    assert energy.summary() == {"watt_hours": None, "basis": energy.basis}
    assert why in energy.basis


def test_without_a_driver_nothing_is_measured(no_driver: None) -> None:
    assert measure("cpu") == Energy(None, "no NVIDIA card")


def test_a_part_of_a_card_is_not_measured(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-cccc")
    assert measure().basis.startswith("a part of a GPU")


def test_attempts_are_added() -> None:
    first, second = Energy(2.0, "power of the A", 5), Energy(3.0, "power of the B", 7)
    assert first.after(None) == first
    both = second.after(first.plain())
    assert both == Energy(5.0, "power of the A and power of the B", 12)
    assert first.after(both.plain()) == Energy(7.0, "power of the A and power of the B", 17)
    unknown = Energy(None, "no NVIDIA card")
    assert first.after(unknown.plain()).basis == "no NVIDIA card, before it went on"
    assert unknown.after(first.plain()).basis == "no NVIDIA card, since it went on"
    assert unknown.after(first.plain()).watt_hours is None


def test_what_is_unmeasured_is_told_once_however_often_a_training_goes_on() -> None:
    cpu, measured = Energy(None, "trained on the CPU"), Energy(2.0, "power of the A", 5)
    assert going_on(cpu, cpu, cpu) == cpu
    before = Energy(None, "trained on the CPU, before it went on")
    assert going_on(cpu, cpu, measured) == before
    assert going_on(cpu, measured, measured, cpu) == before
    since = Energy(None, "trained on the CPU, since it went on")
    assert going_on(measured, cpu, cpu, measured) == since


def going_on(*attempts: Energy) -> Energy:
    """What a training tells that was made in several attempts."""
    told = attempts[0]
    for attempt in attempts[1:]:
        told = attempt.after(told.plain())
    return told


def test_a_training_that_went_on_tells_of_all_its_attempts(tmp_path: Path, driver: Driver) -> None:
    """The state has what was drawn before it, and done.json the sum."""
    driver.answer({**CARD, **POWER})
    cards = [card for _, card in visible_cards()]
    keeping = small_keeping(iterations=2)
    with Meter(cards, "cuda", interval=0.01) as first, pytest.raises(CrashError):
        train_until(5, "cdtr", tmp_path, keeping=keeping, watching=Watching(meter=first))
    with Meter(cards, "cuda", interval=0.01) as second:
        train_small("cdtr", tmp_path, keeping=keeping, watching=Watching(meter=second))
        alone = second.energy()
    energy = read_json(tmp_path / "train/done.json")["energy"]
    assert alone.watt_hours is not None
    assert energy["watt_hours"] > alone.watt_hours
    assert energy["basis"].startswith("power of the NVIDIA H100 by nvidia-smi, ")
