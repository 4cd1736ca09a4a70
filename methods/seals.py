"""Seals: the digests of what the jobs of an experiment wrote, which every call holds the files to.

Jobs read each other's files by their names, so that a value changed by hand, or a file copied over
another one, would be computed with as if a job had written it. A seal keeps no forger away.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from methods.data.files import atomic_path, sha256, unreadable
from methods.errors import InputError
from methods.layout import SEALS

_PAGE = "report.html"  # while it is there, Snakemake makes nothing that is missing before it
_SUFFIX = ".sha256"  # of the file that holds the digest; below `seals`, in the tree of the files


def break_seals(results: Path, paths: Iterable[Path]) -> None:
    """Remove the seals of files that are about to be made anew.

    Args:
        results: folder of the experiment.
        paths: of the files; those outside it, and folders, have no seal.
    """
    for path in _within(results, paths):
        _seal_of(results, path).unlink(missing_ok=True)


def seal(results: Path, paths: Iterable[Path]) -> None:
    """Note the digests of files that a job has made.

    Args:
        results: folder of the experiment.
        paths: of the files; those outside it, and folders, get no seal.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    for path in _within(results, paths):
        if path.is_file():
            with atomic_path(_seal_of(results, path)) as temporary:
                temporary.write_text(f"{sha256(path)}\n", encoding="ascii")


def require_sealed(results: Path) -> None:
    """Refuse files that no longer are what a job wrote; those that are gone will be made anew.

    Args:
        results: folder of the experiment.

    Raises:
        InputError: a file has been changed.
    """
    folder = results / SEALS
    for seal in sorted(folder.rglob(f"*{_SUFFIX}")):
        file = results / seal.relative_to(folder).with_name(seal.name.removesuffix(_SUFFIX))
        if file.is_file() and sha256(file) != _read(seal):
            raise _changed(file)


def _changed(file: Path) -> InputError:
    of_training = file.match("*/seed*/train/*")
    training = ", which runs the whole training again" if of_training else ""
    made = "to have it" if file.name == _PAGE else f"and {_PAGE} to have both"
    return InputError(
        file,
        "a file that was changed after the job that made it had ended",
        "it as that job left it",
        f"restore it, or delete it {made} made again{training}",
    )


def _read(seal: Path) -> str:
    try:
        digest = seal.read_text(encoding="utf-8", errors="replace").strip()
    except OSError as error:
        raise unreadable(seal, error) from error
    if not re.fullmatch("[0-9a-f]{64}", digest):
        found, remedy = "no sha256", "delete it: its file is then taken as it is"
        raise InputError(seal, found, "the digest that a job noted", remedy)
    return digest


def _within(results: Path, paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.is_relative_to(results))


def _seal_of(results: Path, path: Path) -> Path:
    return results / SEALS / path.parent.relative_to(results) / f"{path.name}{_SUFFIX}"
