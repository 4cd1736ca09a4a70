"""Progress bars of files that are read from their first byte to their last."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import cast

from tqdm import tqdm


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


def verifying(path: Path) -> AbstractContextManager[BufferedReader]:
    """Open a file whose digests are to be taken."""
    return open_with_bar(path, "verifying")
