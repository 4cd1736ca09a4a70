"""Temporary siblings of a file or folder, and the removal of those that a killed process left."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from methods.data.locks import locked


def sibling(target: Path) -> Path:
    """Return a new hidden name beside a target, with its suffix."""
    return target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")


def part_file(target: Path) -> Path:
    """Return the file beside a target that holds what has been downloaded of it so far."""
    return target.with_name(f".{target.name}.part")


@contextmanager
def alone(target: Path) -> Iterator[None]:
    """Let one process at a time make a folder; remove what killed ones left beside it.

    Whoever has the lock may remove every sibling folder. Where the file system knows no locks,
    nothing is removed.

    Args:
        target: the folder, whose parent exists.

    Raises:
        OSError: the lock cannot be made.
    """
    with locked(target) as held:
        if held:
            for folder in _siblings(target):
                shutil.rmtree(folder, ignore_errors=True)
        yield


def _siblings(target: Path) -> list[Path]:
    stem, suffix = re.escape(target.stem), re.escape(target.suffix)
    name = re.compile(rf"\.{stem}\.[0-9a-f]{{8}}{suffix}")
    return [path for path in target.parent.iterdir() if name.fullmatch(path.name) and path.is_dir()]
