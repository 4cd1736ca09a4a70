"""Downloads from a server that misbehaves: whole and verified, or one sentence."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from methods.data.addresses import without_secrets
from methods.data.downloads import fetch
from methods.data.locks import locked
from methods.data.transfer import Timing
from methods.errors import InputError
from tests.unit.download_server import Answer, cut, serving, status, whole, without_ranges
from tests.unit.small_downloads import CONTENT, DIGEST, QUICK, names, wanted

pytestmark = pytest.mark.usefixtures("no_proxy")


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


def test_a_file_of_this_machine_is_linked(tmp_path: Path) -> None:
    source, target = tmp_path / "with blank.tar", tmp_path / "to/a.tar"
    source.write_bytes(CONTENT)
    fetch(wanted(source.as_uri()), target, QUICK)
    assert target.samefile(source)


def test_a_proxy_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(whole(CONTENT)) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.server_port}")
        fetch(wanted("http://nowhere.invalid/a.tar"), tmp_path / "a.tar", QUICK)
    assert len(proxy.asked) == 1


@pytest.mark.parametrize(
    "proxy",
    [
        *("http://", ":8080", "http://:8080", "//", "http:", "host:8080", "http://host:port"),
        *("http://me:hidden@", "http://me:hidden@:8080", "http://me:hid den@[::1"),
    ],
)
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_without_a_host_is_named_by_its_variable(
    variable: str, proxy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(InputError) as caught:
        fetch(wanted("https://host.invalid/a.tar"), tmp_path / "a.tar", QUICK)
    assert str(caught.value) == (
        f"{variable}: found an address without a scheme or without a host, expected that of a"
        " proxy, such as http://host:8080; correct this variable of the environment, or unset it."
    )


def test_a_proxy_without_a_host_is_named_behind_a_redirect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://me:hidden@")
    moved = status(301, Location="https://host.invalid/a.tar")
    with (
        serving(moved) as server,
        pytest.raises(InputError, match="^https_proxy: found an address without"),
    ):
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
    assert len(server.asked) == 1


def test_a_proxy_that_is_not_used_is_not_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://")
    with serving(whole(CONTENT)) as server:
        fetch(wanted(server.address), tmp_path / "a.tar", QUICK)
        monkeypatch.setenv("http_proxy", "http://")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        fetch(wanted(server.address), tmp_path / "b.tar", QUICK)
        broken = "http://host.invalid:port/a.tar"
        with pytest.raises(InputError, match="no copy of it"):
            fetch(wanted(broken), tmp_path / "c.tar", QUICK)
    assert len(server.asked) == 2


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
