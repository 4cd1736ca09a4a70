"""A file to download, and the sentence by which its download is refused."""

import hashlib
from pathlib import Path

import pytest

from methods.data.downloads import Wanted, fetch
from methods.data.transfer import Timing
from methods.errors import InputError

CONTENT = bytes(range(256)) * 1200
DIGEST = hashlib.sha256(CONTENT).hexdigest()
QUICK = Timing(connect=2, read=30, attempts=3, pause=0.01)  # tries again at once


def wanted(*urls: str, size: int | None = len(CONTENT), sha256: str = DIGEST) -> Wanted:
    """The file, at these addresses."""
    return Wanted("a.tar", urls, size, {"sha256": sha256} if sha256 else {})


def names(folder: Path) -> set[str]:
    """All that lies in a folder, hidden files included."""
    return {path.name for path in folder.iterdir()}


def refusal(file: Wanted, target: Path, timing: Timing = QUICK) -> str:
    """The whole sentence; nothing may have the file's name."""
    with pytest.raises(InputError) as caught:
        fetch(file, target, timing)
    assert not target.exists()
    return str(caught.value)


def no_copy(target: Path, *reasons: str) -> str:
    """The sentence where each address, in turn, had its reason to give nothing."""
    return (
        f"{target}: found no copy of it ({'; '.join(reasons)}), expected a.tar from one of its"
        " addresses; check the connection and the proxy (https_proxy), or put the original file"
        " there by hand."
    )
