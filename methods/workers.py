"""Independent work on many items in several processes."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

_function: Callable[[Any], Any]  # of a worker; set when the worker starts


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """Apply `function` to every item in `workers` processes; yield the results in order.

    Each process computes with one BLAS and OpenMP thread. Only a few results wait at a time, so
    memory does not grow with the number of items. The first exception ends the work and is
    raised here; work not yet begun is dropped.

    The function may be local and may hold much: the workers are forked and inherit it. Items and
    results are sent between the processes.
    """
    # fork, since the other start methods run the calling workflow script once more in each worker
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _start, (function,)) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(_apply, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _start(function: Callable[[Any], Any]) -> None:
    global _function
    _function = function
    threadpool_limits(limits=1)


def _apply(item: Any) -> Any:
    return _function(item)
