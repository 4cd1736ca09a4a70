"""Files that are whole or absent, JSON and digests."""

import hashlib
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Any, BinaryIO

from methods.data.disk import CHUNK, flush, reason, writing
from methods.data.locks import lock_file
from methods.data.siblings import alone, sibling
from methods.errors import InputError

# Snakemake makes nothing that is missing only in front of a report that is there.
_DELETE = "delete it and report.html, so that the rule that wrote it runs again"


@contextmanager
def atomic_path(path: str | PathLike[str], needed: int | None = None) -> Iterator[Path]:
    """Yield a temporary sibling that becomes `path` when the block ends without an error.

    The sibling keeps the suffix, since some writers choose the format by it. Missing parent
    folders are made. After an error the sibling is removed and an older `path` is left as it was.

    Args:
        path: the file.
        needed: its bytes, where they are known, for the sentence about a full disk.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    target = Path(path)
    temporary = sibling(target)
    with writing(target, temporary, needed=needed):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.touch(exist_ok=False)
            yield temporary
            flush(temporary)
            temporary.replace(target)
            flush(target.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: str | PathLike[str], needed: int | None = None) -> Iterator[Path]:
    """Yield an empty temporary sibling folder that becomes `path`, replacing an older one.

    One process at a time makes it; what a killed one has left of it is removed first. After an
    error, all that was made is removed.

    Args:
        path: the folder.
        needed: bytes that it will hold, where they are known, for the sentence about a full disk.

    Raises:
        InputError: the folder cannot be written to, or its disk is full.
    """
    target = Path(path)
    temporary, former = sibling(target), sibling(target)
    with writing(target, temporary, former, lock_file(target), needed=needed):
        target.parent.mkdir(parents=True, exist_ok=True)
        with alone(target):
            try:
                temporary.mkdir()
                yield temporary
                flush(temporary)
                if target.is_dir():  # moved, not deleted: half a folder never has the name
                    target.rename(former)
                temporary.rename(target)
                flush(target.parent)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
                shutil.rmtree(former, ignore_errors=True)


def make_folder(path: str | PathLike[str]) -> None:
    """Make a folder and its parents, unless it is there.

    Raises:
        InputError: it cannot be made.
    """
    folder = Path(path)
    with writing(folder, folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_json(path: str | PathLike[str], value: Any) -> None:
    """Write `value` as indented JSON with a newline at the end.

    Raises:
        InputError: the file cannot be written.
        ValueError: `value` holds a NaN or an infinity, which JSON cannot express.
    """
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    content = text.encode()
    with atomic_path(path, len(content)) as temporary:
        temporary.write_bytes(content)


def read_json(path: str | PathLike[str]) -> Any:
    """Read a JSON file.

    Raises:
        InputError: the file is missing, unreadable or not JSON.
    """
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
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


def is_number(value: Any) -> bool:
    """Whether a value out of a JSON file is a number that can be computed with.

    JSON as Python reads it has NaN, infinities, and integers beyond every float.
    """
    return type(value) in (int, float) and abs(value) <= sys.float_info.max


def sha256(path: str | PathLike[str]) -> str:
    """Return the SHA-256 of a file as 64 lower-case hexadecimal digits.

    Raises:
        InputError: the file is missing or unreadable.
    """
    return digests(path, ("sha256",))["sha256"]


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def digests(
    path: str | PathLike[str],
    algorithms: Iterable[str],
    opened: Callable[[Path], AbstractContextManager[BinaryIO]] = _opened,
) -> dict[str, str]:
    """Return several digests of a file from one reading of it, in lower-case hexadecimal.

    Args:
        path: the file.
        algorithms: names that hashlib knows.
        opened: opens it to be read; `bars.verifying` shows how far the reading is.

    Raises:
        InputError: the file is missing or unreadable.
    """
    hashes = {name: hashlib.new(name, usedforsecurity=False) for name in sorted(algorithms)}
    try:
        with opened(Path(path)) as file:
            while chunk := file.read(CHUNK):
                for value in hashes.values():
                    value.update(chunk)
    except OSError as error:
        raise unreadable(path, error) from error
    return {name: value.hexdigest() for name, value in hashes.items()}


def unreadable(path: str | PathLike[str], error: OSError) -> InputError:
    """Return the error to raise where `path` could not be read."""
    if isinstance(error, FileNotFoundError):
        return InputError(path, "no such file", "a file", "check the path, or make the file first")
    return InputError(
        path,
        f"a file that cannot be read ({reason(error)})",
        "a readable file",
        "check its permissions and the disk",
    )
