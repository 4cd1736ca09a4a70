"""Files that are whole or absent, JSON and digests."""

import errno
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Any

from methods.errors import InputError

# Snakemake makes nothing that is missing only in front of a report that is there.
_DELETE = "delete it and report.html, so that the rule that wrote it runs again"
# What a write raises without naming the file: disk or quota full, file too large, broken disk.
_WRITE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


@contextmanager
def atomic_path(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield a temporary sibling that becomes `path` when the block ends without an error.

    The sibling keeps the suffix, since some writers choose the format by it. Missing parent
    folders are made. After an error the sibling is removed and an older `path` is left as it was.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    target = Path(path)
    temporary = _sibling(target)
    with _writing(target, temporary):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)
            yield temporary
            _flush(temporary)
            temporary.replace(target)
            _flush(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | PathLike[str]) -> Iterator[Path]:
    """Yield an empty temporary sibling folder that becomes `path`, replacing an older one.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    target = Path(path)
    temporary = _sibling(target)
    with _writing(target, temporary):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.mkdir()
            yield temporary
            _flush(temporary)
            if target.exists():
                shutil.rmtree(target)
            temporary.rename(target)
            _flush(target.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def make_folder(path: str | PathLike[str]) -> None:
    """Make a folder and its parents, unless it is there.

    Raises:
        InputError: it cannot be made.
    """
    folder = Path(path)
    with _writing(folder, folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_json(path: str | PathLike[str], value: Any) -> None:
    """Write `value` as indented JSON with a newline at the end.

    Raises:
        InputError: the file cannot be written.
        ValueError: `value` holds a NaN or an infinity, which JSON cannot express.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: str | PathLike[str]) -> Any:
    """Read a JSON file.

    Raises:
        InputError: the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise InputError(
            path,
            f"text that is not JSON ({error})",
            "a JSON file",
            _DELETE,
        ) from error


def read_fields(path: str | PathLike[str], fields: Mapping[str, type | UnionType]) -> Any:
    """Read a JSON file that holds an object with these fields.

    Raises:
        InputError: the file is missing, unreadable or not JSON, or fails `check_fields`.
    """
    return check_fields(path, read_json(path), fields)


def check_fields(
    path: str | PathLike[str], value: Any, fields: Mapping[str, type | UnionType]
) -> Any:
    """Return a value out of a JSON file if it is an object with these fields of these types.

    Raises:
        InputError: it is not; the message starts with `path`.
    """
    expected = f"an object with {', '.join(fields)}"
    if not isinstance(value, dict):
        raise InputError(path, f"a {type(value).__name__}", expected, _DELETE)
    for name, kind in fields.items():
        if name not in value:
            raise InputError(path, f"no field {name!r}", expected, _DELETE)
        if not isinstance(value[name], kind):
            found = f"{name!r} of type {type(value[name]).__name__}"
            raise InputError(path, found, getattr(kind, "__name__", str(kind)), _DELETE)
    return value


def sha256(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file as 64 lower-case hexadecimal digits."""
    return digest(path, "sha256")


def digest(path: str | PathLike[str], algorithm: str) -> str:
    """Return a file's digest in lower-case hexadecimal; `algorithm` is a name that hashlib knows.

    Raises:
        InputError: the file is missing or unreadable.
    """
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: str | PathLike[str], error: OSError) -> InputError:
    """Return the error to raise where `path` could not be read."""
    if isinstance(error, FileNotFoundError):
        return InputError(path, "no such file", "a file", "check the path, or make the file first")
    return InputError(
        path,
        f"a file that cannot be read ({_reason(error)})",
        "a readable file",
        "check its permissions and the disk",
    )


@contextmanager
def _writing(target: Path, temporary: Path) -> Iterator[None]:
    """Turn a failure to write `target` into one sentence; other errors of the block pass."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            ours = error.errno in _WRITE_ERRORS
        else:
            path = Path(os.fsdecode(error.filename)).absolute()
            ours = path.is_relative_to(temporary.absolute()) or path in _with_parents(target)
        if not ours:
            raise
        raise InputError(
            target,
            f"a place that cannot be written to ({_reason(error)})",
            "a writable folder with free space",
            "change its permissions, free some space or set another folder in config.yaml",
        ) from error


def _with_parents(path: Path) -> tuple[Path, ...]:
    return (path.absolute(), *path.absolute().parents)


def _sibling(target: Path) -> Path:
    return target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")


def _flush(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
