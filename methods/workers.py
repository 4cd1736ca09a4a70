"""Independent work on many items in several processes."""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")

_LOOK = 1.0  # seconds between two looks of a worker at its parent
_function: Callable[[Any], Any]  # of a worker; set when the worker starts


def map_in_order(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int
) -> Iterator[Result]:
    """Apply `function` to every item in `workers` processes; yield the results in order.

    Each process computes with one BLAS and OpenMP thread, so that their number changes no result.
    Only a few results wait at a time, so memory does not grow with the number of items. The first
    exception ends the work and is raised here; work not yet begun is dropped.

    Without workers this process does it, with its own threads: a GPU cannot be used in a fork.

    The function may be local and may hold much: the workers are forked and inherit it. Items and
    results are sent between the processes.
    """
    if not workers:
        yield from map(function, items)
        return
    # fork, since the other start methods run the calling workflow script once more in each worker
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, context, _start, (function, os.getpid())) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(_apply, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except (KeyboardInterrupt, GeneratorExit):  # nobody waits for what they are at
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _start(function: Callable[[Any], Any], parent: int) -> None:
    global _function
    _function = function
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, too, which ends them
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    threadpool_limits(limits=1)
    if "torch" in sys.modules:  # whose MKL the line above does not reach
        sys.modules["torch"].set_num_threads(1)


def _end_with(parent: int) -> None:
    """End a worker whose parent was killed, which else would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _apply(item: Any) -> Any:
    return _function(item)
