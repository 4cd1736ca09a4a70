"""How much memory there is: of the GPU by its driver, of the machine by its limits."""

from pathlib import Path

import psutil
import pytest

from methods.cards import Card, card_names, driver_version, gpu_answers, training_card
from methods.planning.available import MainMemory, installed_memory
from tests.unit.small_driver import Driver

ASKED = "uuid,memory.total,name"
TWO = "GPU-aaaa, 4096, Display 1\nGPU-bbbb, 24576, NVIDIA GeForce RTX 3090\n"
DISPLAY = Card("Display 1", 4 << 30, "GPU-aaaa")
LARGE = Card("NVIDIA GeForce RTX 3090", 24 << 30, "GPU-bbbb")


def test_no_driver_no_card(no_driver: None) -> None:
    assert training_card() is None
    assert card_names() == ()
    assert driver_version() is None


def test_a_driver_that_fails_has_no_card(driver: Driver) -> None:
    driver.answer({ASKED: TWO})
    driver.fail()
    assert training_card() is None


@pytest.mark.parametrize(
    ("visible", "order", "card"),
    [
        (None, None, LARGE),
        (None, "PCI_BUS_ID", DISPLAY),
        ("1,0", None, DISPLAY),
        ("1,0", "PCI_BUS_ID", LARGE),
        ("GPU-aa", None, DISPLAY),
        ("", None, None),
        ("-1", None, None),
        ("2", None, None),
        ("MIG-cccc", None, Card("a part of a GPU", None, "MIG-cccc")),
    ],
)
def test_the_card_is_cudas_first(
    driver: Driver,
    monkeypatch: pytest.MonkeyPatch,
    visible: str | None,
    order: str | None,
    card: Card | None,
) -> None:
    driver.answer({ASKED: TWO})
    for name, value in {"CUDA_VISIBLE_DEVICES": visible, "CUDA_DEVICE_ORDER": order}.items():
        if value is not None:
            monkeypatch.setenv(name, value)
    assert training_card() == card
    assert gpu_answers() == (card is not None)


def test_a_card_may_not_say_its_memory(driver: Driver) -> None:
    driver.answer({ASKED: "GPU-dddd, [N/A], Shared\n"})
    assert training_card() == Card("Shared", None, "GPU-dddd")


def test_the_names_of_all_cards(driver: Driver) -> None:
    driver.answer({"name": "Display 1\nNVIDIA H100, 80GB HBM3\n"})
    assert card_names() == ("Display 1", "NVIDIA H100, 80GB HBM3")


def test_one_driver_serves_all_cards(driver: Driver) -> None:
    driver.answer({"driver_version": "580.95.05\n580.95.05\n"})
    assert driver_version() == "580.95.05"


def put(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{text}\n", encoding="utf-8")
    return file


def test_the_tightest_limit_around_the_process_counts(tmp_path: Path) -> None:
    total = psutil.virtual_memory().total
    groups = put(tmp_path / "cgroup", "0::/job_7/step")
    mounted = tmp_path / "mounted"
    assert installed_memory(groups, mounted) == MainMemory(total, "this machine")
    put(tmp_path / "memory.max", "1000")  # lies above the groups
    put(mounted / "job_7/step/memory.max", "max")
    put(mounted / "other/memory.max", "2000")
    assert installed_memory(groups, mounted).bytes == total
    put(mounted / "job_7/memory.max", "7000000")
    held = MainMemory(7_000_000, "this machine, as its control group allows")
    assert installed_memory(groups, mounted) == held
    put(mounted / "memory.max", "9000000")
    assert installed_memory(groups, mounted) == held


def test_limits_of_the_first_version_count_too(tmp_path: Path) -> None:
    groups = put(tmp_path / "cgroup", "5:devices:/\n4:memory:/box\n0::/")
    mounted = tmp_path / "mounted"
    put(mounted / "memory/memory.limit_in_bytes", str(2**63 - 4096))  # none
    assert installed_memory(groups, mounted).place == "this machine"
    put(mounted / "memory/box/memory.limit_in_bytes", "5000000")
    assert installed_memory(groups, mounted).bytes == 5_000_000


def test_without_control_groups_all_counts(tmp_path: Path) -> None:
    total = psutil.virtual_memory().total
    assert installed_memory(tmp_path / "none", tmp_path).bytes == total
