"""One job at a time holds a GPU, whichever call and whoever's it is."""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from methods.cards import Card, visible_cards
from methods.data.disk import reason
from methods.data.siblings import sibling
from methods.errors import InputError

SHARED = Path("/tmp")  # the same for all users and jobs, whatever their TMPDIR says
_MODE = 0o644  # to lock a file one must be able to read it
_CHOICE = "CUDA_VISIBLE_DEVICES"
_PAUSE = 1.0  # seconds between two tries

Choice = tuple[str, Card]  # the name that chooses a card, and the card


@contextmanager
def hold_cards(
    count: int, say: Callable[[str], object], folder: Path | None = None, pause: float = _PAUSE
) -> Iterator[tuple[Card, ...]]:
    """Wait for free GPUs, hold them for a block, and let CUDA show the block no others.

    To be entered before CUDA starts. The system drops a hold with the process that has it. Only
    jobs of this pipeline ask, and those that see another folder of that name, as in a container,
    ask only each other.

    Args:
        count: how many; 0 holds none.
        say: is told once what is waited for.
        folder: of the files that are locked, the same for all who share the cards; by default
            `SHARED`.
        pause: seconds between two tries.

    Yields:
        The cards that are held; none where no driver lists any, which then CUDA has to find.

    Raises:
        InputError: there are fewer cards, or the files cannot be made or read.
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
    held = _wait(folder or SHARED, visible, count, say, pause)
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


def card_lock(card: Card, folder: Path = SHARED) -> Path:
    """The file that is locked while a job holds the card."""
    name = hashlib.sha256(card.identity.encode()).hexdigest()[:16]
    return folder / f"gpu-{name}.lock"


def _try(folder: Path, card: Card) -> int | None:
    """The descriptor of a card's locked file; None where another process has it."""
    path = card_lock(card, folder)
    try:
        descriptor = _opened(path)
    except OSError as error:
        raise InputError(
            path,
            f"a lock that cannot be made or read ({reason(error)})",
            "a file that every user may read, in a folder that every user may write to",
            "make the folder so, and remove the file if it is there while no job uses the GPU",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _opened(path: Path) -> int:
    """A descriptor of the file, which may be another user's; it is made where it is missing."""
    # In a folder for all, Linux refuses to open another's file with O_CREAT.
    while True:
        try:
            return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            _make(path)


def _make(path: Path) -> None:
    """Make the file, which has its permissions from the moment that it is there."""
    made = sibling(path)
    descriptor = os.open(made, os.O_RDONLY | os.O_CREAT | os.O_EXCL, _MODE)
    try:
        os.fchmod(descriptor, _MODE)  # whatever the umask
        with suppress(FileExistsError):  # another process was faster
            os.link(made, path)
    finally:
        os.close(descriptor)
        made.unlink()
