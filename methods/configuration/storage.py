"""Folders that the pipeline writes to."""

import os
from pathlib import Path

from methods.errors import InputError


def require_writable(folder: Path, where: str) -> None:
    """Refuse a folder that cannot be written to, or cannot be made.

    Raises:
        InputError: the folder or its nearest existing parent is no folder or is read-only.
    """
    # os.path says no where a parent may not be searched; Path.exists raises PermissionError there.
    existing = next(p for p in (folder, *folder.absolute().parents) if os.path.lexists(p))
    if not os.path.isdir(existing):  # noqa: PTH112
        raise InputError(
            where,
            f"{existing}, which is a {'broken link' if existing.is_symlink() else 'file'}",
            "a folder",
            "move it or choose another folder",
        )
    if not os.access(existing, os.W_OK | os.X_OK, effective_ids=True):
        raise InputError(
            where,
            f"{existing}, which is read-only",
            "a folder that can be written to",
            "change its permissions or choose another folder",
        )
