"""What a configuration runs on; the driver is a stand-in, and no GPU is needed."""

from dataclasses import replace
from pathlib import Path

import pytest

from methods.planning.machine import this_machine, uses_gpu
from methods.planning.times import Machine
from tests.unit.small_driver import Driver
from tests.unit.small_plan import configuration, small_experiment


@pytest.mark.parametrize(
    ("device", "used", "without"),
    [("auto", True, False), ("cuda", True, True), ("cpu", False, False)],
)
def test_a_gpu_is_used_where_one_answers_or_is_asked_for(
    tmp_path: Path, driver: Driver, device: str, used: bool, without: bool
) -> None:
    small = replace(configuration(tmp_path, small_experiment()), device=device)
    driver.answer({"uuid,memory.total,name": "GPU-a, 4096, Small\n"})
    assert uses_gpu(small) is used
    assert this_machine(small, 3) == Machine(used, 3, small.deterministic_on_cpu)
    driver.fail()
    assert uses_gpu(small) is without
    assert this_machine(small, 3, gpu=True).gpu  # as the call said before
