"""Folders that the pipeline writes to."""

import os
from pathlib import Path

from methods.errors import InputError


def require_writable(folder: Path, where: str) -> None:
    """Refuse a folder that cannot be written to, or cannot be made.

    Raises:
        InputError: the folder or its nearest existing parent is a file or is read-only.
    """
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise InputError(
            where,
            f"{existing}, which is a file",
            "a folder",
            "move the file or choose another folder",
        )
    if not os.access(existing, os.W_OK | os.X_OK, effective_ids=True):
        raise InputError(
            where,
            f"{existing}, which is read-only",
            "a folder that can be written to",
            "change its permissions or choose another folder",
        )
