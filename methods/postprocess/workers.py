"""Independent work on many images in several processes."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """Apply `function` to every item in `workers` processes; yield the results in order.

    Each process computes with one BLAS and OpenMP thread. Only a few results wait at a time, so
    memory does not grow with the number of items. The first exception ends the work and is
    raised here; work not yet begun is dropped.
    """
    # fork, since the other start methods run the calling workflow script once more in each worker
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _use_one_thread) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _use_one_thread() -> None:
    threadpool_limits(limits=1)
