"""Progress bars of files that are read from their first byte to their last, and their digests."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import cast

from tqdm import tqdm

from methods.data.files import unreadable

_CHUNK = 2**20  # bytes


@contextmanager
def open_with_bar(path: Path, doing: str) -> Iterator[BufferedReader]:
    """Open a file to read; a bar shows how much of it has been read.

    Args:
        path: the file.
        doing: what is done with it, such as "extracting".
    """
    with (
        path.open("rb") as file,
        tqdm.wrapattr(
            file,
            "read",
            total=path.stat().st_size,
            desc=f"{doing} {path.name}",
            unit="B",
            unit_scale=True,
            disable=None,
        ) as watched,
    ):
        yield cast(BufferedReader, watched)  # the same file, each of whose reads moves the bar


def digests(path: Path, algorithms: Collection[str]) -> dict[str, str]:
    """Return several digests of a file from one reading of it, in lower-case hexadecimal.

    Args:
        path: the file.
        algorithms: names that hashlib knows.

    Raises:
        InputError: the file is missing or unreadable.
    """
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    try:
        with open_with_bar(path, "verifying") as file:
            while chunk := file.read(_CHUNK):
                for value in hashes.values():
                    value.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from error
    return {name: value.hexdigest() for name, value in hashes.items()}
