"""Signals that ask a training to stop, noted for a moment at which it can."""

import signal
from types import FrameType, TracebackType

# Of a scheduler that ends a job, of Ctrl-C, and of SLURM that warns of a time limit.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)


class StopSignals:
    """Within its block these signals are only noted; behind it they do what they did before.

    One that was ignored before, as Ctrl-C is for what a shell runs in the background, stays so.

    Attributes:
        received: name of the first signal that came, such as SIGTERM; None before.
    """

    def __init__(self) -> None:
        self.received: str | None = None

    def __enter__(self) -> "StopSignals":
        heeded = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, self._note) for number in heeded}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            # None: of a handler that was not set by Python, which cannot be put back.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received = self.received or signal.Signals(number).name


def leave_to_parent(worker: int) -> None:
    """Have a worker process of a loader ignore the signals, which often reach a whole group.

    It is the training that heeds them, and it needs its workers until it has stopped. They end with
    it.

    Args:
        worker: its number.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
