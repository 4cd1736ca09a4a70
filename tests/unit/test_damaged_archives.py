"""Garbage in place of an archive, and one with a few spoiled bytes."""

import gzip
import io
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest

from methods.data.archives import extract_archives
from methods.errors import InputError
from tests.unit.small_archives import ORIGINAL, refusal


@pytest.mark.parametrize("file", ["a.tar", "a.tgz", "a.zip"])
@pytest.mark.parametrize(
    "content",
    [b"", bytes(100), b"<html>no</html>", b"\x1f\x8b\x08garbage"],
    ids=["empty", "zeros", "page", "like-gzip"],
)
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
