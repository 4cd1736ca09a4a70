"""Archives that would fill the disk or the memory are refused before they do."""

import gzip
import io
import os
import re
import struct
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from methods.data.archives import extract_archives
from methods.data.bounds import MAX_RATIO
from methods.errors import InputError
from tests.unit.small_archives import LIMIT, ORIGINAL, WRITERS, Writer, refusal

CHECK = "check that it is the archive of this data set."
MIB = 2**20


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
    assert time.monotonic() - begun < 60


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
