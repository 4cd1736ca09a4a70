"""Archives of empty files, and the sentence by which one is refused."""

import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.archives import extract_archives
from methods.errors import InputError

LIMIT = 2**40  # bytes, far more than any disk here may be filled with
ORIGINAL = "put the whole, original archive there."


def refusal(archive: Path, **bounds: int) -> str:
    """The sentence; nothing but the archive may be left."""
    with pytest.raises(InputError) as caught:
        extract_archives([archive], archive.parent / "out", **{"max_bytes": LIMIT, **bounds})
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]
    text = str(caught.value)
    assert "\n" not in text
    return text.removeprefix(f"{archive}: ")


def write_tar(
    path: Path,
    names: list[str],
    change: Callable[[tarfile.TarInfo], None] | None = None,
    format: int = tarfile.PAX_FORMAT,
) -> Path:
    """A tar archive of empty files; `change` makes something else of the last."""
    with tarfile.open(path, "w", format=format) as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            if change and name == names[-1]:
                change(member)
            archive.addfile(member)
    return path


def write_zip(path: Path, names: list[str], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"")
    return path


WRITERS = [(write_tar, "a.tar"), (write_zip, "a.zip")]
Writer = Callable[[Path, list[str]], Path]
