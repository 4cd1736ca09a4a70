"""Which attempts and calls without an end are still running."""

import socket
from datetime import datetime, timedelta
from typing import Protocol

import psutil

_CLOCK = timedelta(seconds=2)  # by which the kernel's time of a start may be off


class Noted(Protocol):
    """What notes its start."""

    @property
    def started(self) -> datetime:
        """When, with its zone."""
        ...

    @property
    def host(self) -> str:
        """Name of the machine."""
        ...

    @property
    def process(self) -> int:
        """Number of its process there."""
        ...


def is_running(noted: Noted) -> bool | None:
    """Whether what noted no end is running; None where that is another machine's matter.

    A process that started after it only has the number of the one that made it.
    """
    if noted.host != socket.gethostname():
        return None
    try:
        process = psutil.Process(noted.process)
        born = process.create_time()
        alive = process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    return alive and born <= (noted.started + _CLOCK).timestamp()
