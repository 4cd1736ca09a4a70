"""Files are whole or absent, and failures to write are one sentence."""

import hashlib
import math
import resource
from pathlib import Path

import pytest

from methods.data.bars import verifying
from methods.data.files import (
    atomic_folder,
    atomic_path,
    digests,
    read_json,
    sha256,
    write_json,
)
from methods.errors import InputError


def test_atomic_path_leaves_the_whole_file_alone_in_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "new" / "table.csv"
    with atomic_path(target) as temporary:
        temporary.write_text("a,b\n")
        assert temporary.suffix == ".csv"
        assert not target.exists()
    assert target.read_text() == "a,b\n"
    assert list(target.parent.iterdir()) == [target]


def test_atomic_path_keeps_the_older_file_after_an_error(tmp_path: Path) -> None:
    target = tmp_path / "table.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError), atomic_path(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_file_in_the_place_of_a_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(InputError, match=r"table\.csv: found a place that cannot be written to"):
        write_json(tmp_path / "results" / "table.csv", {})


def test_a_failing_write_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with (
            pytest.raises(InputError, match=r"big\.bin: found a place .* \(file too large\)"),
            atomic_path(tmp_path / "big.bin") as temporary,
        ):
            temporary.write_bytes(bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


def test_an_error_on_a_file_that_is_read_inside_the_block_passes(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "copy.txt") as temporary:
        temporary.write_bytes((tmp_path / "original.txt").read_bytes())


def test_atomic_folder_replaces_an_older_folder(tmp_path: Path) -> None:
    target = tmp_path / "masks"
    target.mkdir()
    (target / "stale.png").write_text("")
    with atomic_folder(target) as temporary:
        (temporary / "fresh.png").write_text("")
    assert [path.name for path in target.iterdir()] == ["fresh.png"]
    assert list(tmp_path.iterdir()) == [target]


def test_atomic_folder_leaves_nothing_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), atomic_folder(tmp_path / "masks") as temporary:
        (temporary / "half.png").write_text("")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_json_comes_back_as_it_was(tmp_path: Path) -> None:
    value = {"name": "Übung", "numbers": [1, 0.1, None], "nested": {"flag": True}}
    write_json(tmp_path / "value.json", value)
    assert read_json(tmp_path / "value.json") == value
    assert (tmp_path / "value.json").read_bytes().endswith(b"}\n")


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError):
        write_json(tmp_path / "value.json", {"loss": math.nan})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe{}"])
def test_a_file_that_is_not_json_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "value.json").write_bytes(content)
    with pytest.raises(InputError, match=r"value\.json: found text that is not JSON"):
        read_json(tmp_path / "value.json")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    for read in (read_json, sha256, lambda path: digests(path, {"md5"})):
        with pytest.raises(InputError, match=r"none\.json: found no such file"):
            read(tmp_path / "none.json")


def test_digests_are_those_of_hashlib(tmp_path: Path) -> None:
    content = bytes(range(256)) * 5000
    (tmp_path / "archive.tar").write_bytes(content)
    assert sha256(tmp_path / "archive.tar") == hashlib.sha256(content).hexdigest()
    expected = {
        "md5": hashlib.md5(content).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert digests(tmp_path / "archive.tar", {"md5", "sha256"}) == expected
    assert digests(tmp_path / "archive.tar", {"md5", "sha256"}, verifying) == expected
