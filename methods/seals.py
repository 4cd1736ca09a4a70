"""Seals: the digests of what the jobs of an experiment wrote, which every call holds the files to.

Jobs read each other's files by their names, so that a value changed by hand, or a file copied over
another one, would be computed with as if a job had written it. Of a folder the names of its files
are noted, since Snakemake does not look into it. A seal keeps no forger away.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from methods.data.disk import found_instead, writing
from methods.data.files import atomic_path, sha256, unreadable, write_json
from methods.errors import InputError
from methods.layout import SEALS
from methods.recipes import snakemake

_PAGE = "report.html"  # while it is there, Snakemake makes nothing that is missing before it
_SUFFIX = ".sha256"  # of the file that holds the digest; below `seals`, in the tree of the files
_NAMES = ".files.json"  # of the file that holds the names of a folder's files
_BROKEN = {  # by the ending of a seal that is none: what it should be, and what to do
    _SUFFIX: ("the digest that a job noted", "delete it: its file is then taken as it is"),
    _NAMES: (
        "the files that a job left in a folder",
        "delete it: its folder is then taken as it is",
    ),
}


def break_seals(results: Path, paths: Iterable[Path]) -> None:
    """Remove the seals of what is about to be made anew.

    Args:
        results: folder of the experiment.
        paths: of files and folders; those outside it have no seal.

    Raises:
        InputError: a seal is a folder, or cannot be removed.
    """
    for path in _within(results, paths):
        for suffix in _BROKEN:
            seal = _seal_of(results, path, suffix)
            with writing(seal, seal):
                if seal.is_dir():
                    _require_file(seal, suffix)
                seal.unlink(missing_ok=True)


def seal(results: Path, paths: Iterable[Path]) -> None:
    """Note the digests of the files that a job has made, and the names of those in its folders.

    Args:
        results: folder of the experiment.
        paths: of files and folders; those outside it get no seal.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    for path in _within(results, paths):
        if path.is_dir():
            write_json(_seal_of(results, path, _NAMES), sorted(_names_in(path)))
        elif path.is_file():
            with atomic_path(_seal_of(results, path, _SUFFIX)) as temporary:
                temporary.write_text(f"{sha256(path)}\n", encoding="ascii")


def require_sealed(results: Path) -> None:
    """Refuse files that no longer are what a job wrote; those that are gone will be made anew.

    Args:
        results: folder of the experiment.

    Raises:
        InputError: a file has been changed, or a seal is none.
    """
    for seal, file in _sealed(results, _SUFFIX):
        if file.is_file() and sha256(file) != _read(seal):
            raise _changed(file)


def require_whole(results: Path) -> None:
    """Refuse folders that lack a file which their job left there; those that are gone may be.

    Args:
        results: folder of the experiment.

    Raises:
        InputError: a folder lacks a file, or a seal is none.
    """
    for seal, folder in _sealed(results, _NAMES):
        if folder.is_dir():
            lost = _read_names(seal) - _names_in(folder)
            if lost:
                raise _lacking(results, folder, sorted(lost))


def left_beside(results: Path, file: Path) -> list[Path]:
    """What jobs left in the folder of a file, that file among it, by their seals.

    Args:
        results: folder of the experiment.
        file: of a job. One outside the experiment has no seal, and nothing beside it.
    """
    if not file.is_relative_to(results):
        return []
    kept = _seal_of(results, file, "").parent
    seals = [seal for suffix in _BROKEN for seal in kept.glob(f"*{suffix}")]
    left = {seal.name.removesuffix(_SUFFIX).removesuffix(_NAMES) for seal in seals}
    return [file.with_name(name) for name in sorted(left)]


def _changed(file: Path) -> InputError:
    training = _training_behind(file)
    made = "to have it" if file.name == _PAGE else f"and {_PAGE} to have both"
    return InputError(
        file,
        "a file that was changed after the job that made it had ended",
        "it as that job left it",
        f"restore it, or delete it {made} made again{training}",
    )


def _lacking(results: Path, folder: Path, lost: list[str]) -> InputError:
    more = f" ({len(lost)} files of the folder are missing)" if len(lost) > 1 else ""
    again = snakemake(results.name, "report", "--forcerun", str(folder))
    return InputError(
        folder / lost[0],
        f"no such file{more}",
        "what the job left that made the folder",
        f"put it back, or run `{again}` to have the folder made again{_training_behind(folder)}",
    )


def _training_behind(path: Path) -> str:
    of_training = path.match("*/seed*/train/*")
    return ", which runs the whole training again" if of_training else ""


def _read_names(seal: Path) -> set[str]:
    try:
        names = json.loads(_content(seal))
    except (ValueError, RecursionError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(seal, "no list of names", *_BROKEN[_NAMES])
    return set(names)


def _read(seal: Path) -> str:
    digest = _content(seal).decode("ascii", errors="replace").strip()
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise InputError(seal, "no sha256", *_BROKEN[_SUFFIX])
    return digest


def _content(seal: Path) -> bytes:
    try:
        return seal.read_bytes()
    except OSError as error:
        raise unreadable(seal, error) from error


def _require_file(seal: Path, suffix: str) -> None:
    """Refuse a folder, and what would never end to be read, such as a pipe."""
    found = found_instead(seal)
    if found is not None:
        raise InputError(seal, found, *_BROKEN[suffix])


def _within(results: Path, paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.is_relative_to(results))


def _sealed(results: Path, suffix: str) -> Iterator[tuple[Path, Path]]:
    """Every seal with this ending, and what it is of."""
    seals = results / SEALS
    for seal in sorted(seals.rglob(f"*{suffix}")):
        _require_file(seal, suffix)
        yield seal, results / seal.relative_to(seals).with_name(seal.name.removesuffix(suffix))


def _seal_of(results: Path, path: Path, suffix: str) -> Path:
    return results / SEALS / path.parent.relative_to(results) / f"{path.name}{suffix}"


def _names_in(folder: Path) -> set[str]:
    """All files in a folder, however deep, relative to it; `walk` looks at none of them."""
    return {
        os.fsencode(Path(place, name).relative_to(folder)).decode(errors="backslashreplace")
        for place, _, names in os.walk(folder)
        for name in names
    }
