"""What only a hostile or broken archive holds is refused in one sentence, and nothing stays."""

import gzip
import io
import os
import re
import stat
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from methods.data.archives import extract_archives
from methods.data.bounds import MAX_RATIO
from methods.errors import InputError

LIMIT = 2**40  # bytes, far more than any disk here may be filled with
ORIGINAL = "put the whole, original archive there."
CHECK = "check that it is the archive of this data set."
PLAIN = "expected plain files and folders below the archive's root"
MIB = 2**20


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


@pytest.mark.parametrize(("write", "file"), WRITERS)
@pytest.mark.parametrize("name", ["/etc/evil", "../evil", "a/../../evil", "a/..", "//evil"])
def test_names_that_lead_outside(tmp_path: Path, write: Writer, file: str, name: str) -> None:
    said = refusal(write(tmp_path / file, ["fine", name]))
    assert re.fullmatch(
        rf"found a member that points outside, '{re.escape(name)}', {PLAIN}; {ORIGINAL}", said
    )


@pytest.mark.parametrize(("write", "file"), WRITERS)
@pytest.mark.parametrize("name", ["..\\evil", "C:\\evil", "~", "a b", "-rf", "\N{SNOWMAN}"])
def test_names_that_mean_nothing_here_are_names(
    tmp_path: Path, write: Writer, file: str, name: str
) -> None:
    extract_archives([write(tmp_path / file, [name])], tmp_path / "out", LIMIT)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


@pytest.mark.parametrize(
    "kind",
    [
        tarfile.SYMTYPE,
        tarfile.LNKTYPE,
        tarfile.CHRTYPE,
        tarfile.BLKTYPE,
        tarfile.FIFOTYPE,
    ],
)
def test_links_and_devices_of_a_tar(tmp_path: Path, kind: bytes) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.type, member.linkname = kind, "fine"

    said = refusal(write_tar(tmp_path / "a.tar", ["fine", "evil"], change))
    assert said == f"found a link or device, 'evil', {PLAIN}; {ORIGINAL}"


@pytest.mark.parametrize(
    "kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK]
)
def test_links_and_devices_of_a_zip(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("evil")
    member.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("fine", "")
        archive.writestr(member, "/etc")
    said = refusal(tmp_path / "a.zip")
    assert said == f"found a link or device, 'evil', {PLAIN}; {ORIGINAL}"


def test_a_file_with_holes(tmp_path: Path) -> None:
    """It would take no room in the archive and all of the disk."""

    def change(member: tarfile.TarInfo) -> None:
        member.type = tarfile.GNUTYPE_SPARSE

    said = refusal(write_tar(tmp_path / "a.tar", ["fine", "holes"], change, tarfile.GNU_FORMAT))
    assert said == f"found a link or device, 'holes', {PLAIN}; {ORIGINAL}"


@pytest.mark.parametrize("folder", ["", "a/" * 2100])
@pytest.mark.parametrize(("write", "file"), WRITERS)
def test_names_that_are_too_long(tmp_path: Path, write: Writer, file: str, folder: str) -> None:
    said = refusal(write(tmp_path / file, ["fine", f"{folder}{'n' * 300}"]))
    found = "members whose names cannot stand together in a folder (file name too long)"
    assert said == f"found {found}, expected a tree of files and folders; {ORIGINAL}"


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("suffix", ["tar", "zip"])
def test_one_name_of_two_contents(tmp_path: Path, suffix: str) -> None:
    def write(first: bytes, second: bytes) -> Path:
        path = tmp_path / f"a.{suffix}"
        if suffix == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a", first)
                archive.writestr("a", second)
        else:
            with tarfile.open(path, "w") as archive:
                for content in (first, second):
                    member = tarfile.TarInfo("a")
                    member.size = len(content)
                    archive.addfile(member, io.BytesIO(content))
        return path

    found = "members whose names cannot stand together in a folder (one name, two contents)"
    for contents in ((b"one", b"two"), (b"one", b"on"), (b"on", b"one"), (b"", b"one")):
        said = refusal(write(*contents))
        assert said == f"found {found}, expected a tree of files and folders; {ORIGINAL}"
    extract_archives([write(b"one", b"one")], tmp_path / "out", LIMIT)
    assert (tmp_path / "out/a").read_text() == "one"


@pytest.mark.parametrize(("write", "file"), WRITERS)
def test_names_that_differ_in_case(tmp_path: Path, write: Writer, file: str) -> None:
    """Two files where the file system tells them apart; else the first would be lost."""
    (tmp_path / "probe").touch()
    apart = not (tmp_path / "PROBE").exists()
    (tmp_path / "probe").unlink()
    archive = write(tmp_path / file, ["name/x", "Name/x"])
    extract_archives([archive], tmp_path / "out", LIMIT)
    assert len(list((tmp_path / "out").iterdir())) == (2 if apart else 1)


@pytest.mark.parametrize(("write", "file"), WRITERS)
def test_too_many_members(tmp_path: Path, write: Writer, file: str) -> None:
    archive = write(tmp_path / file, [f"{k}" for k in range(30)])
    said = refusal(archive, max_members=29)
    assert said == f"found more than 29 members, expected at most so many; {CHECK}"
    extract_archives([archive], tmp_path / "out", LIMIT, max_members=30)
    assert len(list((tmp_path / "out").iterdir())) == 30


def test_the_bound_of_members_covers_all_archives_and_folders(tmp_path: Path) -> None:
    for name in ("a.tar", "b.tar"):
        with tarfile.open(tmp_path / name, "w") as archive:
            for folder in ("x", "y"):
                member = tarfile.TarInfo(f"{name}{folder}")
                member.type = tarfile.DIRTYPE
                archive.addfile(member)
    archives = [tmp_path / "a.tar", tmp_path / "b.tar"]
    extract_archives(archives, tmp_path / "out", LIMIT, max_members=4)
    with pytest.raises(InputError, match=r"b\.tar: found more than 3 members"):
        extract_archives(archives, tmp_path / "other", LIMIT, max_members=3)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_compressed_tar_that_swells(tmp_path: Path, kind: str) -> None:
    """64 MiB of zeros; far less of it has been written when it is refused."""
    path = tmp_path / f"a.tar.{kind}"
    with tarfile.open(path, f"w:{kind}") as archive:
        member = tarfile.TarInfo("zeros")
        member.size = 64 * MIB
        archive.addfile(member, io.BytesIO(bytes(64 * MIB)))
    found = re.match(
        rf"found (\d+) bytes of content in (\d+) bytes of the archive, expected at most {MAX_RATIO}"
        rf" times as many, as in every archive of a data set; {CHECK}",
        refusal(path),
    )
    assert found
    assert MAX_RATIO * int(found[2]) < int(found[1]) < 32 * MIB


def test_a_zip_that_swells_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("fine", os.urandom(1000))
        archive.writestr("zeros", bytes(64 * MIB))
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert re.match(r"found 67108864 bytes of content in 6\d{4} bytes", refusal(tmp_path / "a.zip"))


def test_a_zip_whose_members_share_their_bytes(tmp_path: Path) -> None:
    """No member swells by more than the bound; all of them together do."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("m000", os.urandom(MIB))
    content = (tmp_path / "a.zip").read_bytes()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    entries = [entry.replace(b"m000", b"m%03d" % k) for k in range(300)]
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 300, 300, 300 * len(entry), start, 0)
    (tmp_path / "a.zip").write_bytes(content[:start] + b"".join(entries) + tail)
    said = refusal(tmp_path / "a.zip")
    assert said.startswith(f"found {300 * MIB} bytes of content in 106")


@pytest.mark.parametrize("kind", ["photographs", "lists"])
@pytest.mark.parametrize("suffix", ["tar", "tgz", "zip"])
def test_what_a_data_set_holds_passes(tmp_path: Path, suffix: str, kind: str) -> None:
    """Photographs hardly shrink; a text of 20 MiB shrinks to a tenth, far above the floor."""
    if kind == "photographs":
        content = os.urandom(20 * MIB)
    else:
        rows = np.random.default_rng(0).integers(0, 10**6, 300_000)
        content = b"".join(b"<object><name>n%07d</name><box>1</box></object>\n" % k for k in rows)
    (tmp_path / "content").write_bytes(content)
    path = tmp_path / f"a.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.write(tmp_path / "content", "content")
    else:
        with tarfile.open(path, f"w:{'gz' if suffix == 'tgz' else ''}") as archive:
            archive.add(tmp_path / "content", "content")
    extract_archives([path], tmp_path / "out", LIMIT)
    assert (tmp_path / "out/content").read_bytes() == content


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
@pytest.mark.parametrize("size", [2**33, 2**50, 2**62, -512, -(2**40)])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_header_that_would_fill_the_memory(
    tmp_path: Path, kind: bytes, size: int, compressed: bool
) -> None:
    header = tarfile.TarInfo("header")
    header.type, header.size = kind, size
    content = header.tobuf(tarfile.GNU_FORMAT) + bytes(4096)
    path = tmp_path / ("a.tgz" if compressed else "a.tar")
    path.write_bytes(gzip.compress(content) if compressed else content)
    begun = time.monotonic()
    assert re.match(r"found \d+ bytes of a truncated or corrupt .* \(a header of", refusal(path))
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("size", [-512, -(2**40)])
def test_a_size_below_zero(tmp_path: Path, size: int) -> None:
    """It would lower what counts against the bound, and lead back in the archive for ever."""
    member = tarfile.TarInfo("a")
    member.size = size
    (tmp_path / "a.tar").write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    said = refusal(tmp_path / "a.tar")
    assert said == f"found {size} bytes of 'a', expected none or more; {ORIGINAL}"


def test_a_size_beyond_the_bound_needs_no_content(tmp_path: Path) -> None:
    member = tarfile.TarInfo("a")
    member.size = 2**62
    (tmp_path / "a.tar").write_bytes(member.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    said = refusal(tmp_path / "a.tar")
    assert said == f"found more than {LIMIT} bytes of content, expected at most so much; {CHECK}"


def test_a_name_that_ends_in_its_middle(tmp_path: Path) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.pax_headers = {"path": "fine\0evil"}

    said = refusal(write_tar(tmp_path / "a.tar", ["a"], change))
    assert said == f"found a name that no file can have, 'fine\\x00evil', {PLAIN}; {ORIGINAL}"


@pytest.mark.parametrize("file", ["a.tar", "a.tgz", "a.zip"])
@pytest.mark.parametrize("content", [b"", bytes(100), b"<html>no</html>", b"\x1f\x8b\x08garbage"])
def test_garbage(tmp_path: Path, file: str, content: bytes) -> None:
    (tmp_path / file).write_bytes(content)
    kind = "zip" if file.endswith("zip") else "tar"
    assert re.fullmatch(
        rf"found {len(content)} bytes of a truncated or corrupt archive \([^()]+\),"
        rf" expected a whole {kind} archive; {ORIGINAL}",
        refusal(tmp_path / file),
    )


@pytest.mark.parametrize("compressed", [False, True])
def test_damage_of_a_tar_is_told_or_does_no_harm(tmp_path: Path, compressed: bool) -> None:
    """Every trial spoils a few bytes, most of them in headers."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name in ("tree/a.txt", "tree/" + "deep/" * 30 + "b.bin"):  # a header more for this one
            member = tarfile.TarInfo(name)
            member.size = 700
            archive.addfile(member, io.BytesIO(bytes(700)))
    rng = np.random.default_rng(1)
    refusals = []
    for trial in range(300):
        content = bytearray(stream.getvalue())
        for _ in range(rng.integers(1, 4)):
            content[rng.integers(0, 5 * 512)] ^= int(rng.integers(1, 256))
        fix_checksum(content, trial)
        path = tmp_path / ("a.tgz" if compressed else "a.tar")
        path.write_bytes(gzip.compress(content, 1) if compressed else content)
        try:
            extract_archives([path], tmp_path / f"out{trial}", 2**20)
        except InputError as error:
            refusals.append(str(error))
    assert len(refusals) > 100
    assert all(text.startswith(str(tmp_path)) and ": found " in text for text in refusals)
    assert not any("\n" in text for text in refusals)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert {path.name[:3] for path in tmp_path.iterdir()} <= {"a.t", "out"}


def fix_checksum(content: bytearray, trial: int) -> None:
    """Make every other damaged header look whole, so that its numbers and names are believed."""
    if trial % 2:
        for start in (0, 1536, 2560):
            block = bytearray(content[start : start + 512])
            block[148:156] = b" " * 8
            content[start + 148 : start + 156] = b"%06o\0 " % sum(block)
