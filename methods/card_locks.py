"""One job at a time holds a GPU, whichever call and whoever's it is."""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from methods.cards import Card, visible_cards
from methods.errors import InputError

_CHOICE = "CUDA_VISIBLE_DEVICES"
_PAUSE = 1.0  # seconds between two tries

Choice = tuple[str, Card]  # the name that chooses a card, and the card


@contextmanager
def hold_cards(
    count: int, say: Callable[[str], object], folder: Path | None = None, pause: float = _PAUSE
) -> Iterator[tuple[Card, ...]]:
    """Wait for free GPUs, hold them for a block, and let CUDA show the block no others.

    To be entered before CUDA starts. The system drops a hold with the process that has it. Only
    jobs of this pipeline ask, and those in a container of its own ask only each other.

    Args:
        count: how many; 0 holds none.
        say: is told once what is waited for.
        folder: of the files that are locked, the same for all who share the cards; by default that
            of temporary files.
        pause: seconds between two tries.

    Yields:
        The cards that are held; none where no driver lists any, which then CUDA has to find.

    Raises:
        InputError: there are fewer cards.
    """
    visible = visible_cards() if count else []
    if not visible:
        yield ()
        return
    if count > len(visible):
        raise InputError(
            "this machine",
            f"{len(visible)} GPUs that may be used",
            f"{count}, as the job asks",
            f"lower the number, or let {_CHOICE} name more",
        )
    place = folder or Path(tempfile.gettempdir())
    held = _wait(place, visible, count, say, pause)
    chosen = os.environ.get(_CHOICE)
    if len(visible) > count:
        os.environ[_CHOICE] = ",".join(name for (name, _), _ in held)
    try:
        yield tuple(card for (_, card), _ in held)
    finally:
        if chosen is None:
            os.environ.pop(_CHOICE, None)
        else:
            os.environ[_CHOICE] = chosen
        for _, descriptor in held:
            os.close(descriptor)


def _wait(
    folder: Path, visible: Sequence[Choice], count: int, say: Callable[[str], object], pause: float
) -> list[tuple[Choice, int]]:
    """The first cards that are free at the same time, each with the descriptor of its lock."""
    told = False
    while True:
        held: list[tuple[Choice, int]] = []
        for choice in visible:
            descriptor = _try(folder, choice[1])
            if descriptor is not None:
                held.append((choice, descriptor))
            if len(held) == count:
                return held
        for _, descriptor in held:  # or two jobs that need two cards wait for each other
            os.close(descriptor)
        if not told:
            names = ", ".join(card.name for _, card in visible)
            say(f"another training or prediction holds the GPU ({names}); waiting")
            told = True
        time.sleep(pause)


def _try(folder: Path, card: Card) -> int | None:
    """The descriptor of a card's locked file; None where another process has it."""
    name = hashlib.sha256(card.identity.encode()).hexdigest()[:16]
    descriptor = _opened(folder / f"gpu-{name}.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _opened(path: Path) -> int:
    """A descriptor of the file, which may be another user's; it is made where it is missing."""
    # In a folder for all, Linux refuses to open another's file with O_CREAT.
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
