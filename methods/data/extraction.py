"""What the extraction of a data set made, as one digest."""

import hashlib
from collections.abc import Collection
from pathlib import Path

from methods.data.files import sha256


def tree_digest(tree: Path, derived: Collection[Path]) -> str:
    """Digest an extracted data set: SHA-256 over one line a file, sorted by name.

    A line holds name and size, and the SHA-256 of what was derived here. What came out of the
    archives is known by their digests.

    Args:
        tree: the extracted data set.
        derived: files, and folders of files, below it.
    """
    lines = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        made_here = not {path, *path.parents}.isdisjoint(derived)
        content = sha256(path) if made_here else "-"
        line = f"{content} {path.stat().st_size} {path.relative_to(tree).as_posix()}\n"
        lines.update(line.encode())
    return lines.hexdigest()
