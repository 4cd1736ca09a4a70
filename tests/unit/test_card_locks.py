"""Two jobs never hold one GPU, and a job that waits says so; the driver is a stand-in."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest

from methods.card_locks import SHARED, card_lock, hold_cards
from methods.cards import Card
from methods.errors import InputError
from tests.unit.small_driver import Driver

PROJECT = Path(__file__).parents[2]
CHOICE = "CUDA_VISIBLE_DEVICES"
FIRST, SECOND = Card("Big", 80 << 20, "GPU-aaaa"), Card("Small", 40 << 20, "GPU-bbbb")
BOTH = {"uuid,memory.total,name": "GPU-aaaa, 80, Big\nGPU-bbbb, 40, Small\n"}
# Holds a card, says which, and keeps it until its input ends; in the folder that it is given.
HOLDER = """
import sys
from pathlib import Path
from methods.card_locks import hold_cards
with hold_cards(1, print, *map(Path, sys.argv[1:])) as cards:
    print(cards[0].identity, flush=True)
    sys.stdin.read()
"""


def silent(text: str) -> None:
    raise AssertionError(text)


def start_holder(*folder: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, *map(str, folder)],
        env={**os.environ, "PYTHONPATH": str(PROJECT), **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_jobs_beside_each_other_hold_different_cards(tmp_path: Path, driver: Driver) -> None:
    driver.answer(BOTH)
    with hold_cards(1, silent, tmp_path) as first:
        assert (first, os.environ[CHOICE]) == ((FIRST,), "GPU-aaaa")
        other = start_holder(tmp_path)  # CUDA shows it, as to its parent, the first alone
        os.environ[CHOICE] = "0,1"
        free = start_holder(tmp_path)
        assert free.stdout is not None
        assert free.stdout.readline() == "GPU-bbbb\n"
        free.communicate("")
        assert other.stdout is not None
        told = "another training or prediction holds the GPU (Big); waiting\n"
        assert other.stdout.readline() == told
    assert other.stdout.readline() == "GPU-aaaa\n"
    other.kill()  # the system drops what a killed process holds
    other.communicate()
    with hold_cards(1, silent, tmp_path) as again:
        assert again == (FIRST,)


def test_a_job_with_a_folder_of_its_own_for_temporary_files_waits_too(
    tmp_path: Path, driver: Driver
) -> None:
    card = Card("Big", 80 << 20, f"GPU-{uuid4()}")
    driver.answer({"uuid,memory.total,name": f"{card.identity}, 80, Big\n"})
    lock = card_lock(card)
    try:
        with hold_cards(1, silent) as held:
            assert held == (card,)
            assert lock.parent == SHARED == Path("/tmp")
            other = start_holder(TMPDIR=str(tmp_path))
            assert other.stdout is not None
            told = "another training or prediction holds the GPU (Big); waiting\n"
            assert other.stdout.readline() == told
        assert other.stdout.readline() == f"{card.identity}\n"
        other.communicate("")
    finally:
        lock.unlink()


def test_other_users_may_lock_what_one_has_made(tmp_path: Path, driver: Driver) -> None:
    driver.answer(BOTH)
    before = os.umask(0o077)
    try:
        with hold_cards(1, silent, tmp_path):
            pass
    finally:
        os.umask(before)
    lock = card_lock(FIRST, tmp_path)
    assert lock.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.glob("*gpu-*")) == [lock]  # nothing beside it


def test_a_lock_that_cannot_be_had_is_told(tmp_path: Path, driver: Driver) -> None:
    driver.answer(BOTH)
    for folder, said in ((tmp_path / "gone", "no such file"), (tmp_path, "symbolic links")):
        card_lock(FIRST, tmp_path).unlink(missing_ok=True)
        card_lock(FIRST, tmp_path).symlink_to(tmp_path / "elsewhere")
        told = f"found a lock that cannot be made or read .*{said}"
        with pytest.raises(InputError, match=told), hold_cards(1, silent, folder):
            raise AssertionError("held")


def test_cards_are_chosen_by_the_names_that_the_user_gave(
    tmp_path: Path, driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver.answer(BOTH)
    monkeypatch.setenv(CHOICE, "1,0")
    with hold_cards(1, silent, tmp_path) as cards:
        assert (cards, os.environ[CHOICE]) == ((SECOND,), "1")
    assert os.environ[CHOICE] == "1,0"
    with hold_cards(2, silent, tmp_path) as cards:
        assert (cards, os.environ[CHOICE]) == ((SECOND, FIRST), "1,0")


def test_who_needs_several_holds_none_while_it_waits(tmp_path: Path, driver: Driver) -> None:
    driver.answer(BOTH)
    told: list[str] = []
    held: list[tuple[Card, ...]] = []

    def hold_both() -> None:
        with hold_cards(2, told.append, tmp_path, pause=0.01) as cards:
            held.append(cards)

    with hold_cards(1, silent, tmp_path):
        del os.environ[CHOICE]
        thread = threading.Thread(target=hold_both)
        thread.start()
        while not told:
            time.sleep(0.01)
        for _ in range(5):  # the second card is free, but for a moment of each try
            free = start_holder(tmp_path)
            assert free.stdout is not None
            lines = [free.stdout.readline()]
            if lines[0].startswith("another"):
                lines.append(free.stdout.readline())
            free.communicate("")
            assert lines[-1] == "GPU-bbbb\n"
        assert not held
    thread.join(timeout=60)
    assert held == [(FIRST, SECOND)]
    assert told == ["another training or prediction holds the GPU (Big, Small); waiting"]


def test_fewer_cards_than_asked_are_refused(tmp_path: Path, driver: Driver) -> None:
    driver.answer(BOTH)
    told = r"found 2 GPUs that may be used, expected 3, as the job asks; lower the number,"
    with pytest.raises(InputError, match=told), hold_cards(3, silent, tmp_path):
        raise AssertionError("held")


def test_without_a_driver_or_a_need_nothing_is_held(tmp_path: Path, no_driver: None) -> None:
    for count in (0, 1):
        with hold_cards(count, silent, tmp_path) as cards:
            assert cards == ()
    assert list(tmp_path.iterdir()) == []
