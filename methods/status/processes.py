"""Which attempts without an end are still running."""

import socket
from datetime import timedelta

import psutil

from methods.registry.records import Attempt

_CLOCK = timedelta(seconds=2)  # by which the kernel's time of a start may be off


def is_running(attempt: Attempt) -> bool | None:
    """Whether an attempt without an end is running; None where that is another machine's matter.

    A process that started after the attempt only has the number of the one that made it.
    """
    if attempt.host != socket.gethostname():
        return None
    try:
        process = psutil.Process(attempt.process)
        born = process.create_time()
        alive = process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    return alive and born <= (attempt.started + _CLOCK).timestamp()
