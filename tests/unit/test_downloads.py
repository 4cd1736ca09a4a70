"""Downloads from a server that misbehaves: whole and verified, or one sentence."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from methods.data.addresses import without_secrets
from methods.data.downloads import Wanted, fetch
from methods.data.locks import locked
from methods.data.transfer import Timing
from methods.errors import InputError
from tests.unit.download_server import Answer, cut, serving, status, whole, without_ranges

CONTENT = bytes(range(256)) * 1200
DIGEST = hashlib.sha256(CONTENT).hexdigest()
QUICK = Timing(connect=2, read=0.5, attempts=3, pause=0.01, slowest=1e5, window=0.2)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def wanted(*urls: str, size: int | None = len(CONTENT), sha256: str = DIGEST) -> Wanted:
    return Wanted("a.tar", urls, size, {"sha256": sha256} if sha256 else {})


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


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


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([status(404)], "status 404"),
        ([status(500)], "status 500"),
        ([cut(CONTENT, 0)], f"it stopped after 0 of {len(CONTENT)} bytes"),
        ([whole(CONTENT[:-1])], f"{len(CONTENT) - 1} bytes instead of {len(CONTENT)}"),
        ([whole(CONTENT[::-1])], "sha256 .* instead of"),
        ([whole(CONTENT, kind="text/html; charset=utf-8")], "a web page instead of the file"),
        ([status(302, Location="file:///etc/hostname")], "No connection adapters"),
    ],
)
def test_a_bad_address_gives_way_to_the_next(
    tmp_path: Path, answers: list[Answer], reason: str
) -> None:
    target = tmp_path / "a.tar"
    with serving(*answers) as bad, serving(whole(CONTENT)) as good:
        with pytest.raises(InputError, match=rf"a\.tar: found no copy of it \(http.*: {reason}"):
            fetch(wanted(bad.address), target, QUICK)
        assert not target.exists()
        fetch(wanted(bad.address, good.address), target, QUICK)
    assert target.read_bytes() == CONTENT


def test_a_server_that_recovers_and_one_that_sends_elsewhere(tmp_path: Path) -> None:
    with serving(whole(CONTENT)) as good:
        moved = status(301, Location=good.address)
        with serving(status(500), status(503), moved) as server:
            fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("1", 1, 1.6),
        (in_seconds(3600), 1.5, 2.1),  # bounded
        ("3600", 1.5, 2.1),
        (in_seconds(-3600), 0, 0.6),
        ("soon", 0, 0.6),
        ("-1", 0, 0.6),
    ],
    ids=["one", "later", "long", "earlier", "words", "negative"],  # not the times, which pass
)
def test_a_server_says_how_long_to_wait(
    tmp_path: Path, asked: str, least: float, most: float
) -> None:
    busy = status(503, **{"Retry-After": asked})
    begun = time.monotonic()
    with serving(busy, whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", replace(QUICK, longest=1.5))
    assert least <= time.monotonic() - begun < most
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


def test_a_slow_drip_is_given_up(tmp_path: Path) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(CONTENT)))
        request.end_headers()
        for _ in range(20):
            try:
                request.wfile.write(b"x")
            except OSError:
                return  # the other side has gone
            time.sleep(0.05)

    with (
        serving(drip) as server,
        pytest.raises(InputError, match="less than 100000 bytes a second"),
    ):
        fetch(
            wanted(server.address), tmp_path / "a.tar", Timing(attempts=1, slowest=1e5, window=0.2)
        )


def test_secrets_in_an_address_are_not_told(tmp_path: Path) -> None:
    with serving(status(404)) as server:
        url = server.address.replace("//", "//me:pass%77ord@") + "?token=hidden"
        with pytest.raises(InputError) as caught:
            fetch(wanted(url), tmp_path / "a.tar", QUICK)
    assert "pass" not in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert server.address in str(caught.value)


def test_secrets_do_not_stay_beside_a_part(tmp_path: Path) -> None:
    with serving(cut(CONTENT, 1000)) as server:
        url = server.address.replace("//", "//me:pass%77ord@") + "?token=hidden"
        with pytest.raises(InputError):
            fetch(wanted(url), tmp_path / "a.tar", QUICK)
    note = (tmp_path / ".a.tar.part.json").read_text(encoding="utf-8")
    assert "validator" in note
    assert "pass" not in note
    assert "hidden" not in note


def test_what_a_library_says_is_told_without_secrets() -> None:
    said = "Max retries (url: /a.tar?token=hidden) at 'http://me:hid/den@host:80/a?x=hidden'"
    told = without_secrets(said)
    assert told == "Max retries (url: /a.tar) at 'http://host:80/a'"


@pytest.mark.parametrize(
    ("proxy", "url"),
    [
        ("http://me:hidden@127.0.0.1:9", "http://host.invalid/a.tar"),
        ("http://me:hid den@[127.0.0.1", "http://host.invalid/a.tar"),
        ("", "http://me:hidden@/a.tar?token=hidden"),
        ("", "http://me:hidden@host.invalid:port/a.tar?token=hidden"),
        ("", "http://me:hidden@host.invalid/a.tar?token=hidden"),
    ],
)
def test_secrets_of_proxies_and_broken_addresses_are_not_told(
    proxy: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    with pytest.raises(InputError) as caught:
        fetch(wanted(url), tmp_path / "a.tar", QUICK)
    assert "hidden" not in str(caught.value)
    assert "hid den" not in str(caught.value)


def test_other_schemes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="the address ftp://host/a.tar, expected https, http, file"
    ):
        fetch(wanted("ftp://host/a.tar"), tmp_path / "a.tar", QUICK)


def test_a_file_of_this_machine_is_linked(tmp_path: Path) -> None:
    source, target = tmp_path / "with blank.tar", tmp_path / "to/a.tar"
    source.write_bytes(CONTENT)
    fetch(wanted(source.as_uri()), target, QUICK)
    assert target.samefile(source)
    source.write_bytes(CONTENT[1:])
    with pytest.raises(InputError, match=f"{len(CONTENT) - 1} bytes instead of"):
        fetch(wanted(source.as_uri()), tmp_path / "other/a.tar", QUICK)


def test_a_proxy_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(CONTENT)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        fetch(wanted("http://nowhere.invalid/a.tar"), tmp_path / "a.tar", QUICK)
    assert len(proxy.asked) == 1


CHILD = """
import sys
from pathlib import Path
from methods.data.downloads import Wanted, fetch
fetch(Wanted("a.tar", (sys.argv[1],), int(sys.argv[2]), {"sha256": sys.argv[3]}), Path(sys.argv[4]))
"""


# Killed when the digest of what has come is begun.
KILLED_LATE = """
import hashlib, os, signal
hashlib.new = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
"""


def child(url: str, target: Path, before: str = "", **more: object) -> subprocess.Popen[str]:
    code, size = before + CHILD, str(len(CONTENT))
    arguments = [sys.executable, "-c", code, url, size, DIGEST, str(target)]
    return subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, **more)  # type: ignore[call-overload, no-any-return]


def test_two_processes_download_once(tmp_path: Path) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        time.sleep(0.5)
        whole(CONTENT)(request)

    with serving(slow) as server:
        both = [child(server.address, tmp_path / "a.tar") for _ in range(2)]
        assert [process.wait(60) for process in both] == [0, 0]
    assert len(server.asked) == 1
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_a_process_says_that_it_waits_for_another(tmp_path: Path) -> None:
    target = tmp_path / "a.tar"
    with serving(whole(CONTENT)) as server:
        with locked(target):
            process = child(server.address, target)
            assert process.stderr
            assert process.stderr.readline() == f"{target}: another process makes it; waiting\n"
            assert server.asked == []
        assert process.wait(60) == 0
    assert names(tmp_path) == {"a.tar"}


def kill_late(url: str, target: Path) -> None:
    process = child(url, target, before=KILLED_LATE)
    assert process.wait(60) == -signal.SIGKILL
    assert names(target.parent) == {".a.tar.lock", ".a.tar.part", ".a.tar.part.json"}


@pytest.mark.parametrize(
    ("size", "asked"),
    [
        (len(CONTENT), []),
        (None, [f"bytes={len(CONTENT)}-"]),  # answered without a byte of the file
    ],
)
def test_what_came_whole_is_not_fetched_again(
    tmp_path: Path, size: int | None, asked: list[str]
) -> None:
    with serving(whole(CONTENT)) as server:
        kill_late(server.address, tmp_path / "a.tar")
        fetch(wanted(server.address, size=size), tmp_path / "a.tar", QUICK)
    assert server.asked == ["", *asked]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert names(tmp_path) == {"a.tar"}


@pytest.mark.parametrize("size", [len(CONTENT), None])
def test_what_came_whole_but_wrong_is_fetched_again(tmp_path: Path, size: int | None) -> None:
    with serving(whole(CONTENT[::-1], tag='"0"')) as server:
        kill_late(server.address, tmp_path / "a.tar")
        server.answers = [whole(CONTENT)]
        fetch(wanted(server.address, size=size), tmp_path / "a.tar", QUICK)
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
    assert names(tmp_path) == {"a.tar"}


def test_more_than_the_file_is_fetched_again(tmp_path: Path) -> None:
    shorter = CONTENT[:-1]
    digest = hashlib.sha256(shorter).hexdigest()
    with serving(whole(CONTENT)) as server:
        kill_late(server.address, tmp_path / "a.tar")
        server.answers = [whole(shorter)]
        fetch(wanted(server.address, size=None, sha256=digest), tmp_path / "a.tar", QUICK)
    assert server.asked == ["", f"bytes={len(CONTENT)}-", ""]
    assert (tmp_path / "a.tar").read_bytes() == shorter


def test_what_came_of_a_file_goes_when_it_is_had_from_elsewhere(tmp_path: Path) -> None:
    with serving(cut(CONTENT, 5000)) as server, pytest.raises(InputError):
        fetch(wanted(server.address), tmp_path / "a.tar", Timing(attempts=1))
    assert names(tmp_path) == {".a.tar.part", ".a.tar.part.json"}
    (tmp_path / "a.tar").write_bytes(CONTENT)
    fetch(wanted(), tmp_path / "a.tar", QUICK)
    assert names(tmp_path) == {"a.tar"}


def test_a_killed_process_is_continued_by_the_next(tmp_path: Path) -> None:
    part = tmp_path / ".a.tar.part"

    def half(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(CONTENT)))
        request.send_header("ETag", '"1"')
        request.end_headers()
        request.wfile.write(CONTENT[: len(CONTENT) // 2])
        time.sleep(5)

    with serving(half, whole(CONTENT)) as server:
        process = child(server.address, tmp_path / "a.tar")
        until = time.monotonic() + 30
        while not (part.is_file() and part.stat().st_size == len(CONTENT) // 2):
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
        process.wait()
        assert not (tmp_path / "a.tar").exists()
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert server.asked == ["", f"bytes={len(CONTENT) // 2}-"]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT


def test_a_limit_on_the_size_of_files_keeps_what_came(tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    with serving(whole(CONTENT)) as server:
        process = child(server.address, tmp_path / "a.tar", preexec_fn=limited)
        _, said = process.communicate(timeout=60)
        assert f"{tmp_path}/a.tar: found a place that cannot be written to (file too large)" in said
        assert (tmp_path / ".a.tar.part").stat().st_size == 100_000
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert server.asked == ["", "bytes=100000-"]
    assert (tmp_path / "a.tar").read_bytes() == CONTENT
