"""A full disk is one sentence that says where and how much; no half-written thing stays."""

import errno
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import torch

from methods.data.archives import extract_archives
from methods.data.downloads import Wanted, fetch
from methods.data.files import atomic_path, write_json
from methods.data.manifest import write_index
from methods.data.transfer import Timing
from methods.errors import InputError
from methods.weights.state_dicts import write_state
from tests.unit.download_server import serving, whole

MIB = 2**20
LIMIT = 2**40
QUICK = Timing(connect=2, read=30, attempts=2, pause=0.01)
REMEDY = "free some space there, or set another folder in config.yaml"


def sentence(target: Path, needed: int | None, after: str = "") -> str:
    """What must be said, as a pattern."""
    expected = "free space" if needed is None else f"at least {needed} bytes of free space"
    return (
        rf"{re.escape(str(target))}: found no room in {re.escape(str(target.parent))}"
        rf" \(no space left on device, \d+ bytes free\), expected {expected}; {REMEDY}{after}\."
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB. Only root can have one."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk; the tests without one cover the same writes")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    made = subprocess.run(mount, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no disk can be mounted here: {made.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def full_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, int], None]:
    """Let the system take so many bytes for files below a folder, and then say that it is full."""

    def fill(folder: Path, room: int) -> None:
        real, taken = os.write, 0

        def write(descriptor: int, data: bytes | memoryview) -> int:
            nonlocal taken
            if not Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(folder):
                return real(descriptor, data)
            if taken == room:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = real(descriptor, data[: room - taken])
            taken += written
            return written

        monkeypatch.setattr(os, "write", write)

    return fill


def write_archive(folder: Path) -> Path:
    """Eight files of a mebibyte of zeros each, in far fewer bytes."""
    path = folder / "a.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for number in range(8):
            member = tarfile.TarInfo(f"{number}.bin")
            member.size = MIB
            archive.addfile(member, io.BytesIO(bytes(MIB)))
    return path


def test_extraction_onto_a_full_disk_leaves_nothing(tmp_path: Path, small_disk: Path) -> None:
    archive = write_archive(tmp_path)
    with pytest.raises(InputError) as caught:
        extract_archives([archive], small_disk / "tree", LIMIT)
    assert re.fullmatch(sentence(small_disk / "tree", archive.stat().st_size), str(caught.value))
    assert list(small_disk.iterdir()) == []
    free = os.statvfs(small_disk)
    assert f", {free.f_bavail * free.f_frsize} bytes free)" in str(caught.value)


@pytest.mark.parametrize("room", [0, MIB, 3 * MIB + 17])
def test_a_write_that_fails_in_the_middle_leaves_nothing(
    tmp_path: Path, full_after: Callable[[Path, int], None], room: int
) -> None:
    archive, folder = write_archive(tmp_path), tmp_path / "disk"
    full_after(folder, room)
    with pytest.raises(InputError) as caught:
        extract_archives([archive], folder / "tree", LIMIT)
    assert re.fullmatch(sentence(folder / "tree", archive.stat().st_size), str(caught.value))
    assert list(folder.iterdir()) == []


def test_what_can_be_seen_not_to_fit_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = write_archive(tmp_path)
    least = int(0.9 * archive.stat().st_size)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=least - 1))
    with pytest.raises(InputError) as caught:
        extract_archives([archive], tmp_path / "tree", LIMIT)
    assert re.fullmatch(sentence(tmp_path / "tree", least), str(caught.value))
    assert f", {least - 1} bytes free)" in str(caught.value)
    assert list(tmp_path.iterdir()) == [archive]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=least))
    assert extract_archives([archive], tmp_path / "tree", LIMIT).files == 8


def without_length(content: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("ETag", '"1"')
        request.end_headers()
        request.wfile.write(content)
        request.close_connection = True

    return answer


def digest_of(content: bytes) -> dict[str, str]:
    return {"sha256": hashlib.sha256(content).hexdigest()}


def test_a_download_onto_a_full_disk_can_go_on(tmp_path: Path, small_disk: Path) -> None:
    content = os.urandom(MIB) * 6
    part, target = small_disk / ".a.tar.part", small_disk / "a.tar"
    with serving(without_length(content), whole(content)) as server:
        wanted = Wanted("a.tar", (server.address,), None, digest_of(content))
        with pytest.raises(InputError) as caught:
            fetch(wanted, target, QUICK)
        after = "; the download goes on from here"
        assert re.fullmatch(sentence(part, None, after), str(caught.value))
        kept = part.stat().st_size
        assert 3 * MIB < kept < 5 * MIB
        subprocess.run(["mount", "-o", "remount,size=16m", str(small_disk)], check=True)
        fetch(wanted, target, QUICK)
    assert server.asked == ["", f"bytes={kept}-"]
    assert target.read_bytes() == content


def test_a_download_keeps_what_came_before_the_disk_was_full(
    tmp_path: Path, full_after: Callable[[Path, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = os.urandom(MIB)
    part, target = tmp_path / ".a.tar.part", tmp_path / "a.tar"
    with serving(whole(content)) as server:
        wanted = Wanted("a.tar", (server.address,), len(content), digest_of(content))
        full_after(tmp_path, 300_000)
        with pytest.raises(InputError) as caught:
            fetch(wanted, target, QUICK)
        monkeypatch.undo()
        said = sentence(part, len(content) - 300_000, "; the download goes on from here")
        assert re.fullmatch(said, str(caught.value))
        assert part.read_bytes() == content[:300_000]
        fetch(wanted, target, QUICK)
    assert server.asked == ["", "bytes=300000-"]
    assert target.read_bytes() == content


def test_a_download_that_cannot_fit_is_not_begun(tmp_path: Path) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(2**60))
        request.end_headers()

    with serving(endless) as server, pytest.raises(InputError) as caught:
        fetch(Wanted("a.tar", (server.address,), None, {}), tmp_path / "a.tar", QUICK)
    said = sentence(tmp_path / ".a.tar.part", 2**60, "; the download goes on from here")
    assert re.fullmatch(said, str(caught.value))
    assert list(tmp_path.iterdir()) == []


def big_json(path: Path) -> None:
    write_json(path, "x" * (5 * MIB))


def big_index(path: Path) -> None:
    write_index(path, ({"id": f"{number:0100d}"} for number in range(50_000)))


@pytest.mark.parametrize(("write", "needed"), [(big_json, 5 * MIB + 3), (big_index, None)])
def test_records_keep_their_older_file(
    small_disk: Path, write: Callable[[Path], None], needed: int | None
) -> None:
    path = small_disk / "record"
    path.write_text("older")
    with pytest.raises(InputError) as caught:
        write(path)
    assert re.fullmatch(sentence(path, needed), str(caught.value))
    assert path.read_text() == "older"
    assert list(small_disk.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_record_that_the_system_has_no_room_for(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught, atomic_path(tmp_path / "record", 3) as temporary:
        temporary.unlink()
        temporary.symlink_to("/dev/full")
        temporary.write_text("abc")
    assert re.fullmatch(sentence(tmp_path / "record", 3), str(caught.value))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seen", [True, False])
def test_checkpoint_on_a_full_disk(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    """Seen before it is begun; or in the middle, where torch hides what the system says."""
    usage = shutil.disk_usage(small_disk)
    if not seen:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=LIMIT))
    target = small_disk / "a.pt"
    with pytest.raises(InputError, match=sentence(target, 8 * MIB)):
        write_state(target, {"weight": torch.zeros(2 * MIB)})
    assert list(small_disk.iterdir()) == []
