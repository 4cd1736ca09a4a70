"""Files of this machine are looked at before anything is fetched."""

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from methods.data.archives import verify_archives
from methods.data.fetching import fetch_missing
from methods.errors import InputError

CONTENT = b"an archive"
DECLARED = [{"name": name, "bytes": len(CONTENT)} for name in ("a.tar", "b.tar")]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Two archives that lie elsewhere."""
    found = {name: tmp_path / "elsewhere" / name for name in ("a.tar", "b.tar")}
    (tmp_path / "elsewhere").mkdir()
    for path in found.values():
        path.write_bytes(CONTENT)
    return found


def fetch(tmp_path: Path, places: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    return fetch_missing(
        tmp_path / "data", DECLARED, local_files=places, published=False, purpose="the archives"
    )


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def broken_link_instead(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("spoil", "found", "expected"),
    [
        (Path.unlink, "no such file", "the file b.tar"),
        (broken_link_instead, "no such file", "the file b.tar"),
        (folder_instead, "a folder", "the file b.tar"),
        (lambda path: path.write_bytes(CONTENT[:-1]), "9 bytes", "10 bytes of b.tar"),
    ],
)
def test_a_wrong_place_is_told_before_anything_is_fetched(
    tmp_path: Path,
    places: dict[str, Path],
    spoil: Callable[[Path], object],
    found: str,
    expected: str,
) -> None:
    spoil(places["b.tar"])
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, places)
    said = (
        f"{places['b.tar']}: found {found}, expected {expected}; put the original file"
        " there, or correct its path in `storage.local`."
    )
    assert re.fullmatch(re.escape(said), str(caught.value))
    assert not (tmp_path / "data").exists()


def test_a_wrong_place_of_a_file_that_is_there_does_no_harm(
    tmp_path: Path, places: dict[str, Path]
) -> None:
    fetch(tmp_path, places)
    places["b.tar"].unlink()
    assert fetch(tmp_path, places) == {}


def test_what_was_fetched_is_verified_without_reading_it_again(
    tmp_path: Path, places: dict[str, Path]
) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    digested = fetch(tmp_path, places)
    assert digested == {"a.tar": {"sha256": digest}, "b.tar": {"sha256": digest}}
    expected = verify_archives(tmp_path / "data", DECLARED)
    for name in places:
        (tmp_path / "data" / name).write_bytes(CONTENT[::-1])  # which nobody sees
    assert verify_archives(tmp_path / "data", DECLARED, digested) == expected
    with pytest.raises(InputError, match="as when it was first seen"):
        verify_archives(tmp_path / "data", DECLARED)
