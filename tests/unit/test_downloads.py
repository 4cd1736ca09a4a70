"""Downloads from a server that misbehaves: whole and verified, or one sentence."""

import os
from pathlib import Path

import pytest

from methods.data.downloads import fetch
from methods.data.transfer import Timing
from methods.errors import InputError
from tests.unit.download_server import Answer, cut, serving, status, whole, without_ranges
from tests.unit.small_downloads import CONTENT, DIGEST, QUICK, names, wanted


@pytest.mark.parametrize("answer", [whole(CONTENT), without_ranges(CONTENT)])
def test_a_file_comes_whole(tmp_path: Path, answer: Answer) -> None:
    target = tmp_path / "a.tar"
    with serving(answer) as server:
        assert fetch(wanted(server.address), target, QUICK) == {"sha256": DIGEST}
        assert fetch(wanted(server.address), target, QUICK) == {}
    assert target.read_bytes() == CONTENT
    assert server.asked == [""]  # the second call found it
    assert names(tmp_path) == {"a.tar"}


def test_a_cut_connection_is_continued(tmp_path: Path) -> None:
    third = len(CONTENT) * 3 // 10
    with serving(cut(CONTENT, third), whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert server.asked == ["", f"bytes={third}-"]


@pytest.mark.parametrize("second", [whole(CONTENT, tag='"2"'), without_ranges(CONTENT)])
def test_what_cannot_be_continued_starts_anew(tmp_path: Path, second: Answer) -> None:
    other = bytes(len(CONTENT))
    with serving(cut(other, 1000), second) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_a_later_call_continues(tmp_path: Path) -> None:
    with serving(cut(CONTENT, 5000), cut(b"", 0)) as server:
        with pytest.raises(InputError, match="no copy of it"):
            fetch(wanted(server.address), tmp_path / "a.tar", Timing(attempts=1))
        assert names(tmp_path) == {".a.tar.part", ".a.tar.part.json"}
        server.answers = [whole(CONTENT)]
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert server.asked[-1] == "bytes=5000-"
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_a_server_that_recovers_and_one_that_sends_elsewhere(tmp_path: Path) -> None:
    with serving(whole(CONTENT)) as good:
        moved = status(301, Location=good.address)
        with serving(status(500), status(503), moved) as server:
            fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_the_name_is_on_the_disk_before_the_call_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[set[str]] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if os.path.samestat(os.fstat(descriptor), tmp_path.stat()):
            seen.append(names(tmp_path))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    with serving(whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert seen[-1] >= {"a.tar"}
    assert ".a.tar.part" not in seen[-1]
    assert names(tmp_path) == {"a.tar"}


def test_a_file_of_this_machine_is_linked(tmp_path: Path) -> None:
    source, target = tmp_path / "with blank.tar", tmp_path / "to/a.tar"
    source.write_bytes(CONTENT)
    fetch(wanted(source.as_uri()), target, QUICK)
    assert target.samefile(source)


def test_what_came_of_a_file_goes_when_it_is_had_from_elsewhere(tmp_path: Path) -> None:
    with serving(cut(CONTENT, 5000)) as server, pytest.raises(InputError):
        fetch(wanted(server.address), tmp_path / "a.tar", Timing(attempts=1))
    assert names(tmp_path) == {".a.tar.part", ".a.tar.part.json"}
    (tmp_path / "a.tar").write_bytes(CONTENT)
    fetch(wanted(), tmp_path / "a.tar", QUICK)
    assert names(tmp_path) == {"a.tar"}
