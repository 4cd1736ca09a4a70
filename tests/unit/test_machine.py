"""What a training says of its machine; the driver is a stand-in, and no GPU is needed."""

import pytest
import torch

from methods.training.machine import describe_machine
from tests.unit.small_driver import Driver


def test_of_a_gpu_the_driver_and_cuda_are_told(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: f"the GPU of {device}")
    monkeypatch.setattr("torch.version.cuda", "13.0")
    driver.answer({"driver_version": "580.95.05\n"})
    told = ("gpu", "driver", "cuda")
    on_gpu = describe_machine(torch.device("cuda"))
    assert [on_gpu[key] for key in told] == ["the GPU of cuda", "580.95.05", "13.0"]
    on_cpu = describe_machine(torch.device("cpu"))
    assert [on_cpu[key] for key in told] == [None, None, None]
    driver.fail()
    assert describe_machine(torch.device("cuda"))["driver"] == "unknown"
