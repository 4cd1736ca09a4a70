"""Folders that the pipeline writes to, and files that lie in places of their own."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from methods.configuration.schema import nearest
from methods.data.disk import existing, existing_folder
from methods.data.sources import read_sources
from methods.errors import InputError


def require_writable(folder: Path, where: str) -> None:
    """Refuse a folder that cannot be written to, or cannot be made.

    Raises:
        InputError: the folder or its nearest existing parent is no folder or is read-only, or a
            name is too long.
    """
    _require_short(folder, where)
    place = existing(folder)
    if not os.path.isdir(place):  # noqa: PTH112
        raise InputError(
            where,
            f"{place}, which is a {'broken link' if place.is_symlink() else 'file'}",
            "a folder",
            "move it or choose another folder",
        )
    if not os.access(place, os.W_OK | os.X_OK, effective_ids=True):
        raise InputError(
            where,
            f"{place}, which is read-only",
            "a folder that can be written to",
            "change its permissions or choose another folder",
        )


def _require_short(folder: Path, where: str) -> None:
    """Refuse a name that the file system takes for no folder."""
    longest = os.pathconf(existing_folder(folder), "PC_NAME_MAX")
    for name in folder.parts:
        if len(os.fsencode(name)) > longest:
            raise InputError(
                where,
                f"a name of {len(os.fsencode(name))} bytes, {name[:20]}...",
                f"at most {longest}",
                "shorten it",
            )


def check_local_files(names: Iterable[str], experiment: Mapping[str, Any], where: str) -> None:
    """Refuse the name of a file that neither the experiment nor the table of sources knows.

    Raises:
        InputError: it would never be used.
    """
    known = {*read_sources(), *_files_of(experiment)}
    for name in names:
        if name not in known:
            found = f"{name!r}, which is no file of this experiment or of methods/data/sources.csv"
            raise InputError(where, found, nearest(name, known), "correct the name or delete it")


def _files_of(experiment: Mapping[str, Any]) -> Iterator[str]:
    for dataset in experiment["datasets"].values():
        yield from (archive["name"] for archive in dataset.get("archives", ()))
    for weights in experiment["weights"].values():
        if "file" in weights:
            yield weights["file"]
