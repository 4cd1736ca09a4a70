"""What is no archive is refused before its digest is written down as that of the archive."""

import bz2
import gzip
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.archive_kinds import other_content
from methods.data.archives import verify_archives
from methods.data.downloads import Wanted, fetch
from methods.data.fetching import fetch_missing
from methods.data.transfer import Timing
from methods.errors import InputError
from tests.unit.download_server import serving, whole

PAGE = b"\n<!-- saved -->\n<!DOCTYPE html>\n<html><head><title>Log in</title></head></html>\n"
SIZE = len(PAGE)
# An archive of one empty file.
TAR = tarfile.TarInfo("member").tobuf() + bytes(1024)


@pytest.fixture
def zip_content(tmp_path: Path) -> bytes:
    path = tmp_path / "made"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("member", b"content")
        archive.comment = b"with a comment"
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("a.tar", bytes),
        ("a.tar", gzip.compress),  # as its extraction takes it
        ("a.tgz", gzip.compress),
        ("a.tar.bz2", bz2.compress),
        ("a.tar.xz", lzma.compress),
    ],
)
def test_tar_archives_are_known_by_their_beginning(
    tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    (tmp_path / "part").write_bytes(pack(TAR))
    assert other_content(tmp_path / "part", name) is None


def test_zip_archives_are_known_by_their_end(tmp_path: Path, zip_content: bytes) -> None:
    path = tmp_path / "part"
    path.write_bytes(zip_content)
    assert other_content(path, "A.ZIP") is None
    assert other_content(path, "a.tar") == f"other content of {len(zip_content)} bytes"
    path.write_bytes(zip_content[:-20])
    assert other_content(path, "a.zip") == f"other content of {len(zip_content) - 20} bytes"


@pytest.mark.parametrize("name", ["a.tar", "a.tgz", "a.zip"])
@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(PAGE, "a web page", id="page"),
        pytest.param(b"<HTML lang='en'><body>404</body></HTML>", "a web page", id="capitals"),
        pytest.param(b'{"error": "not found"}', "other content", id="json"),
        pytest.param(b'<?xml version="1.0"?><Error></Error>', "other content", id="xml"),
        pytest.param(gzip.compress(PAGE), "other content", id="packed-page"),
        pytest.param(gzip.compress(TAR)[:15], "other content", id="cut-gzip"),
        pytest.param(b"\x1f\x8b" + bytes(600), "other content", id="like-gzip"),
        pytest.param(b"BZh" + bytes(600), "other content", id="like-bzip2"),
        pytest.param(b"\xfd7zXZ\0" + bytes(600), "other content", id="like-xz"),
        pytest.param(TAR[:300], "other content", id="cut-tar"),
        pytest.param(bytes(10240), "other content", id="zeros"),
        pytest.param(b"", "other content", id="empty"),
    ],
)
def test_what_is_no_archive_is_told(tmp_path: Path, name: str, content: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert other_content(tmp_path / name, name) == f"{what} of {len(content)} bytes"


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_a_file_that_is_missing_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=rf"{name}: found no such file"):
        other_content(tmp_path / name, name)


@pytest.mark.parametrize(
    ("name", "kind"), [("VOC2012test.tar", "a whole tar"), ("train2014.zip", "a whole zip")]
)
def test_a_saved_login_page_leaves_no_note(tmp_path: Path, name: str, kind: str) -> None:
    path, declared = tmp_path / name, [{"name": name, "digest": "unknown"}]
    path.write_bytes(PAGE)
    with pytest.raises(InputError) as caught:
        verify_archives(tmp_path, declared, source="published")
    assert str(caught.value) == (
        f"{path}: found a web page of {SIZE} bytes, expected {kind} archive; delete it to have it"
        " fetched again, or put the whole, original file there."
    )
    assert list(tmp_path.iterdir()) == [path]


def test_the_right_file_is_taken_behind_a_page(tmp_path: Path) -> None:
    path, declared = tmp_path / "VOC2012test.tar", [{"name": "VOC2012test.tar"}]
    path.write_bytes(PAGE)
    with pytest.raises(InputError):
        verify_archives(tmp_path, declared, source="published")
    path.write_bytes(TAR)
    (found,) = verify_archives(tmp_path, declared, source="published")
    assert found["remembered"]


def test_a_page_of_this_machine_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    place = tmp_path / "elsewhere.zip"
    place.write_bytes(PAGE)
    with pytest.raises(InputError) as caught:
        fetch_missing(
            tmp_path / "data",
            [{"name": "train2014.zip", "digest": "unknown"}],
            local_files={"train2014.zip": place},
            source="published",
            purpose="the archives of coco",
        )
    assert str(caught.value) == (
        f"{place}: found a web page of {SIZE} bytes, expected a whole zip archive, train2014.zip;"
        " put the original file there, or correct its path in `storage.local`."
    )
    assert not (tmp_path / "data").exists()


def test_a_page_that_a_server_calls_a_file_gives_way_to_the_mirror(
    tmp_path: Path, zip_content: bytes
) -> None:
    target, timing = tmp_path / "train2014.zip", Timing(connect=2, read=30, attempts=1)
    octets = "application/octet-stream"
    with (
        serving(whole(PAGE, kind=octets)) as bad,
        serving(whole(zip_content, kind=octets)) as good,
    ):
        with pytest.raises(InputError) as caught:
            fetch(Wanted(target.name, (bad.address,), None, {}), target, timing)
        assert str(caught.value) == (
            f"{target}: found no copy of it ({bad.address}: a web page of {SIZE} bytes instead of a"
            " whole zip archive), expected train2014.zip from one of its addresses; check the"
            " connection and the proxy (https_proxy), or put the original file there by hand."
        )
        assert list(tmp_path.iterdir()) == []
        fetch(Wanted(target.name, (bad.address, good.address), None, {}), target, timing)
    assert target.read_bytes() == zip_content


@pytest.mark.parametrize("content", [PAGE, TAR], ids=["page", "tar"])
def test_a_known_digest_says_more_than_the_kind(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tar").write_bytes(content)
    with pytest.raises(InputError, match=r"found md5 [0-9a-f]{32} over \d+ bytes"):
        verify_archives(tmp_path, [{"name": "a.tar", "md5": "0" * 32}], source="local")


def test_no_more_than_the_beginning_and_the_end_is_read(tmp_path: Path) -> None:
    """A sparse file of a tebibyte, with which nothing else would end."""
    for name in ("a.tar", "a.zip"):
        path = tmp_path / name
        path.write_bytes(PAGE)
        os.truncate(path, 2**40)
        assert other_content(path, name) == f"a web page of {2**40} bytes"
