"""Work in several processes: in order, bounded, and over at the first error."""

import os
import time
from collections.abc import Iterator

import pytest
import torch
from threadpoolctl import threadpool_info

from methods.workers import map_in_order


def test_results_come_in_the_order_of_the_items() -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.2 if number == 0 else 0)
        return 2 * number

    for workers in (1, 3):
        assert list(map_in_order(slow_first, range(20), workers)) == list(range(0, 40, 2))


def _process_and_threads(_: int) -> tuple[int, list[int]]:
    pools = [int(pool["num_threads"]) for pool in threadpool_info()]
    return os.getpid(), [*pools, torch.get_num_threads()]


def test_every_worker_computes_with_one_thread() -> None:
    results = list(map_in_order(_process_and_threads, range(4), workers=2))
    assert os.getpid() not in {process for process, _ in results}
    assert {count for _, counts in results for count in counts} == {1}


def _fail_on_three(number: int) -> int:
    if number == 3:
        raise ZeroDivisionError("three")
    return number


def test_exception_of_a_worker_reaches_the_caller() -> None:
    seen = []
    results = map_in_order(_fail_on_three, range(100), workers=2)
    with pytest.raises(ZeroDivisionError, match="three"):
        seen.extend(results)
    assert seen == [0, 1, 2]


def test_items_are_drawn_only_as_they_are_needed() -> None:
    drawn = []

    def items() -> Iterator[int]:
        for number in range(50):
            drawn.append(number)
            yield number

    results = map_in_order(_fail_on_three, items(), workers=2)
    assert next(results) == 0
    assert len(drawn) <= 6
    results.close()
