"""What a download is refused with, word for word, and that the next address is asked."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from methods.data.downloads import fetch
from methods.data.transfer import Timing
from tests.unit.download_server import (
    Answer,
    cut,
    dripping,
    hanging_up,
    serving,
    silent,
    status,
    whole,
)
from tests.unit.small_downloads import CONTENT, DIGEST, QUICK, names, no_copy, refusal, wanted

SIZE = len(CONTENT)
REVERSED = "77f3acd712bcf44f70ed52f4c0f9152354879631754962fcfc8d593523056a44"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([status(404)], "status 404"),
        ([status(403)], "status 403"),
        ([status(500)], "status 500"),
        ([status(416)], "status 416"),
        ([cut(CONTENT, 0)], f"it stopped after 0 of {SIZE} bytes"),
        ([hanging_up], "Remote end closed connection without response"),
        ([whole(CONTENT[:-1])], f"{SIZE - 1} bytes instead of {SIZE}"),
        ([whole(CONTENT + b"1")], f"{SIZE + 1} bytes instead of {SIZE}"),
        ([whole(CONTENT[::-1])], f"sha256 {REVERSED} instead of {DIGEST}"),
        ([whole(CONTENT, kind="text/html; charset=utf-8")], "a web page instead of the file"),
        (
            [status(302, Location="file:///etc/hostname")],
            "No connection adapters were found for 'file:///etc/hostname'",
        ),
    ],
)
def test_a_bad_address_gives_way_to_the_next(
    tmp_path: Path, answers: list[Answer], reason: str
) -> None:
    target = tmp_path / "a.tar"
    with serving(*answers) as bad, serving(whole(CONTENT)) as good:
        said = refusal(wanted(bad.address), target)
        assert said == no_copy(target, f"{bad.address}: {reason}")
        fetch(wanted(bad.address, good.address), target, QUICK)
    assert target.read_bytes() == CONTENT


def test_every_address_has_its_reason(tmp_path: Path) -> None:
    target, missing = tmp_path / "a.tar", tmp_path / "gone/a.tar"
    with serving(status(404)) as one, serving(whole(CONTENT[:-1])) as two:
        said = refusal(wanted(one.address, two.address, missing.as_uri()), target)
    assert said == no_copy(
        target,
        f"{one.address}: status 404",
        f"{two.address}: {SIZE - 1} bytes instead of {SIZE}",
        f"{missing.as_uri()}: no such file",
    )
    assert names(tmp_path) == set()


@pytest.fixture
def unanswered() -> Iterator[str]:
    """An address whose queue of callers is full, so that no connection ever stands."""
    with socket.socket() as listening, socket.socket() as first:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        first.connect(listening.getsockname())
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/a.tar"


def test_a_connection_that_never_stands_is_given_up(tmp_path: Path, unanswered: str) -> None:
    target = tmp_path / "a.tar"
    impatient = Timing(connect=0.2, read=60, attempts=2, pause=0.01)
    said = refusal(wanted(unanswered), target, impatient)
    assert said == no_copy(target, f"{unanswered}: no connection within 0.2 seconds")


def test_an_address_where_nobody_listens(tmp_path: Path) -> None:
    target = tmp_path / "a.tar"
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}/a.tar"
        said = refusal(wanted(address), target)
    assert said == no_copy(target, f"{address}: [Errno 111] Connection refused")


@pytest.mark.parametrize(
    ("sent", "patience", "reason"),
    [
        (None, 0.2, "no answer within 0.2 seconds"),
        (1000, 1, f"it stopped after 1000 of {SIZE} bytes"),  # which a busy machine sends in time
    ],
)
def test_a_server_that_falls_silent_is_given_up(
    tmp_path: Path, sent: int | None, patience: float, reason: str
) -> None:
    target = tmp_path / "a.tar"
    impatient = Timing(connect=60, read=patience, attempts=2, pause=0.01)
    with serving(silent(CONTENT, sent, seconds=60)) as server:
        said = refusal(wanted(server.address), target, impatient)
    assert said == no_copy(target, f"{server.address}: {reason}")


def test_a_slow_drip_is_given_up(tmp_path: Path) -> None:
    target = tmp_path / "a.tar"
    once = replace(QUICK, attempts=1, slowest=1e5, window=0.2)
    with serving(dripping(CONTENT)) as server:
        said = refusal(wanted(server.address), target, once)
    assert said == no_copy(target, f"{server.address}: less than 100000 bytes a second")


def test_another_scheme_is_no_address(tmp_path: Path) -> None:
    target = tmp_path / "a.tar"
    assert refusal(wanted("ftp://host/a.tar"), target) == (
        f"{target}: found the address ftp://host/a.tar, expected https, http, file; correct the"
        " address."
    )


def test_a_file_of_this_machine_needs_no_connection(tmp_path: Path) -> None:
    target, source = tmp_path / "to/a.tar", tmp_path / "with blank.tar"
    source.write_bytes(CONTENT[1:])
    assert refusal(wanted(source.as_uri()), target) == (
        f"{target}: found no copy of it (file://{str(source).replace(' ', '%20')}: {SIZE - 1} bytes"
        f" instead of {SIZE}), expected a.tar from one of its addresses; put the original file"
        " there by hand."
    )
