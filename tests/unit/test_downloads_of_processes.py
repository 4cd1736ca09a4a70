"""Downloads by processes that are killed, limited, or at the same file."""

import hashlib
import resource
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from methods.data.downloads import fetch
from methods.data.locks import locked
from tests.unit.download_server import serving, whole
from tests.unit.small_downloads import CONTENT, DIGEST, QUICK, names, wanted

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


def test_a_killed_process_is_continued_by_the_next(tmp_path: Path) -> None:
    part = tmp_path / ".a.tar.part"

    def half(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(CONTENT)))
        request.send_header("ETag", '"1"')
        request.end_headers()
        request.wfile.write(CONTENT[: len(CONTENT) // 2])
        time.sleep(120)  # in a thread that nothing waits for

    with serving(half, whole(CONTENT)) as server:
        process = child(server.address, tmp_path / "a.tar")
        until = time.monotonic() + 120
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
