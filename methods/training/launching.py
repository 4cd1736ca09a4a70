"""Starts the processes of a training, and ends all of them where one fails.

Not by torchrun's agent: that one gives a process 30 seconds between SIGTERM and SIGKILL, in which a
state of a large network is not saved, and does not pass on SIGUSR1.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import torch

from methods.cards import chosen_names
from methods.errors import InputError, StoppedError
from methods.threads import thread_variables
from methods.training.launched import reported
from methods.training.processes import meeting_point
from methods.training.signals import StopSignals

_LOOK = 0.1  # seconds between two looks at the processes
_GRACE = 10.0  # seconds in which the others may end by themselves where one has failed

Process = subprocess.Popen[bytes]


def launch(
    module: str, arguments: Sequence[str], count: int, threads: int, device: str, output: Path
) -> None:
    """Run a module in several processes until all have ended.

    Each gets four arguments more: its number, how many there are, the port at which they meet, and
    where `methods.training.launched` leaves why it failed. Signals that ask to stop are passed on
    to all. Where this process dies, each sees the end of its input, and may heed it.

    Args:
        module: dotted name.
        arguments: of its command line.
        count: how many processes.
        threads: that they share.
        device: cpu or cuda; then each process sees one GPU alone.
        output: the training's folder, for the sentence.

    Raises:
        InputError: of a process, or one was killed, or there are too few GPUs.
        StoppedError: of the processes, or a signal came before they could heed it.
        RuntimeError: a process failed with a traceback, which it has printed.
    """
    cards = _cards(count) if device == "cuda" else None
    meeting = meeting_point()
    processes: list[Process] = []
    with tempfile.TemporaryDirectory() as folder, StopSignals() as asked:
        words = [Path(folder) / f"{rank}.json" for rank in range(count)]
        try:
            for rank in range(count):
                share = thread_variables(max(1, threads // count))
                seen = {} if cards is None else {"CUDA_VISIBLE_DEVICES": cards[rank]}
                own = [str(rank), str(count), str(meeting.port), str(words[rank])]
                processes.append(
                    subprocess.Popen(
                        [sys.executable, "-u", "-m", module, *arguments, *own],
                        stdin=subprocess.PIPE,  # closed by the system where this process dies
                        env={**os.environ, **share, **seen},
                    )
                )
            failed = _wait(processes, asked)
        finally:
            _kill(processes)
        if failed is not None:
            raise reported(words) or _reason(failed, processes, asked.received, output)


def _cards(count: int) -> list[str]:
    """What each process is to see as CUDA's only GPU; the driver's program is not needed."""
    cards = chosen_names()
    if cards is None:
        cards = [*map(str, range(torch.cuda.device_count()))]
    if len(cards) < count:
        remedy = "lower gpus in the experiment, or let the job have more GPUs"
        raise InputError("gpus", f"{len(cards)} GPUs that torch can use", f"{count}", remedy)
    return cards[:count]


def _wait(processes: Sequence[Process], asked: StopSignals) -> int | None:
    """Wait until all have ended, or for a while behind the first that failed; return its rank."""
    failed, deadline, passed_on = None, float("inf"), False
    while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
        if asked.received is not None and not passed_on:
            passed_on = True
            for process in processes:
                process.send_signal(signal.Signals[asked.received])  # nothing where it has ended
        time.sleep(_LOOK)
        if failed is None:
            failed = _first_failed(processes)
            deadline = float("inf") if failed is None else time.monotonic() + _GRACE
    return _first_failed(processes) if failed is None else failed


def _first_failed(processes: Sequence[Process]) -> int | None:
    """The rank of one that failed; a killed one before those that failed since they missed it."""
    codes = {rank: process.poll() for rank, process in enumerate(processes)}
    failed = [rank for rank, code in codes.items() if code]
    return min(failed, key=lambda rank: ((codes[rank] or 0) > 0, rank), default=None)


def _kill(processes: Sequence[Process]) -> None:
    for process in processes:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


def _reason(
    failed: int, processes: Sequence[Process], stopped_by: str | None, output: Path
) -> Exception:
    """Why the training ended, where no process has reported it."""
    if stopped_by is not None:
        return StoppedError(
            f"{output}: training stopped by {stopped_by}; the next call goes on from the last state"
            " that was saved, if there is one."
        )
    name, code = f"process {failed + 1} of {len(processes)}", processes[failed].returncode
    if code > 0:
        return RuntimeError(f"{name} of the training failed")
    return InputError(
        output,
        f"{name} ended by {signal.Signals(-code).name}",
        "processes that end by themselves",
        "find out what killed it, such as a machine without memory left; the next call goes on"
        " from the last state that was saved",
    )
