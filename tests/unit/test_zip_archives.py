"""Zip archives are refused for all that tar archives are, and for passwords."""

import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from methods.data.archives import extract_archives
from methods.errors import InputError

CONTENT = {"tree/a.txt": b"alpha", "tree/deep/b.bin": bytes(range(256)) * 40}
LIMIT = 2**20  # bytes, more than any archive here holds


def write_zip(
    path: Path, content: dict[str, bytes] = CONTENT, method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_extraction_gives_the_files_and_their_count(tmp_path: Path, method: int) -> None:
    archive = write_zip(tmp_path / "a.zip", method=method)
    extracted = extract_archives([archive], tmp_path / "out", LIMIT)
    assert (extracted.files, extracted.bytes) == (2, 5 + 256 * 40)
    for member, data in CONTENT.items():
        assert (tmp_path / "out" / member).read_bytes() == data
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "out"}


def test_folders_are_made_and_not_counted(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.mkdir("empty")
        archive.writestr("empty/a", b"1")
        archive.mkdir("other")
    assert extract_archives([tmp_path / "a.zip"], tmp_path / "out", LIMIT).files == 1
    assert (tmp_path / "out/other").is_dir()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_truncation_is_refused_and_leaves_nothing(tmp_path: Path, method: int) -> None:
    whole = write_zip(tmp_path / "whole.zip", method=method).read_bytes()
    cut = tmp_path / "cut.zip"
    for keep in range(0, len(whole), 37):
        cut.write_bytes(whole[:keep])
        with pytest.raises(InputError, match=r"cut\.zip: found \d+ bytes of a truncated or corr"):
            extract_archives([cut], tmp_path / "out", LIMIT)
    assert {path.name for path in tmp_path.iterdir()} == {"whole.zip", "cut.zip"}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_damage_ends_in_one_sentence_or_changes_nothing(tmp_path: Path, method: int) -> None:
    """Some bytes, such as the time of a file, say nothing about the content."""
    whole = write_zip(tmp_path / "whole.zip", method=method).read_bytes()
    damaged = tmp_path / "damaged.zip"
    rng = np.random.default_rng(0)
    refusals = []
    for trial in range(400):
        content = bytearray(whole)
        # Half of the trials spoil the headers and the directory, where most bytes matter.
        low = 0 if trial % 2 else len(whole) - 200
        content[rng.integers(low, len(whole))] ^= int(rng.integers(1, 256))
        damaged.write_bytes(content)
        try:
            extract_archives([damaged], tmp_path / f"out{trial}", LIMIT)
        except InputError as error:
            refusals.append(str(error))
        else:
            files = [path for path in (tmp_path / f"out{trial}").rglob("*") if path.is_file()]
            assert sorted(path.read_bytes() for path in files) == sorted(CONTENT.values())
    assert len(refusals) > 200
    assert all(text.startswith(f"{damaged}: ") and "\n" not in text for text in refusals)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_file_that_is_no_archive_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("<html>not found</html>")
    with pytest.raises(InputError, match=r"22 bytes of a truncated .*, expected a whole zip"):
        extract_archives([tmp_path / "a.zip"], tmp_path / "out", LIMIT)
    with pytest.raises(InputError, match="found no such file"):
        extract_archives([tmp_path / "b.zip"], tmp_path / "out", LIMIT)


@pytest.mark.parametrize("name", ["/etc/evil", "../evil", "tree/../../evil"])
def test_members_outside_the_destination_are_refused(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "a.zip", {"fine": b"", name: b"evil"})
    with pytest.raises(InputError, match="found a member that points outside"):
        extract_archives([archive], tmp_path / "below" / "out", LIMIT)
    assert not list(tmp_path.rglob("evil"))
    assert not (tmp_path / "below" / "out").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR])
def test_links_and_devices_are_refused(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo("tree/member")
    member.external_attr = (kind | 0o644) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "/etc")
    with pytest.raises(InputError, match="found a link or device, 'tree/member'"):
        extract_archives([tmp_path / "a.zip"], tmp_path / "out", LIMIT)


def test_a_member_with_a_password_is_refused(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"secret": b"text"}, zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + flags] |= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="found an encrypted member, 'secret'"):
        extract_archives([path], tmp_path / "out", LIMIT)


@pytest.mark.parametrize(
    "names", [("tree", "tree/a"), ("tree/a", "tree"), ("n" * 300,), ("tree/", "tree")]
)
def test_names_that_cannot_stand_together_are_the_fault_of_the_archive(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    path = write_zip(tmp_path / "a.zip", dict.fromkeys(names, b""))
    with pytest.raises(InputError, match=r"a\.zip: found members whose names cannot"):
        extract_archives([path], tmp_path / "out", LIMIT)
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a", b"1")
        archive.writestr("a", b"2")
    with pytest.raises(InputError, match="found members whose names cannot"):
        extract_archives([tmp_path / "a.zip"], tmp_path / "out", LIMIT)


def test_content_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"zeros": bytes(1_000_000)})
    assert archive.stat().st_size < 10_000
    with pytest.raises(InputError, match="found more than 999999 bytes of content"):
        extract_archives([archive], tmp_path / "out", max_bytes=999_999)
    assert not (tmp_path / "out").exists()
    assert extract_archives([archive], tmp_path / "out", max_bytes=1_000_000).bytes == 1_000_000


def test_a_member_gives_no_more_than_its_stated_size(tmp_path: Path) -> None:
    """The directory says 10 bytes; the data hold a million."""
    path = write_zip(tmp_path / "a.zip", {"zeros": bytes(1_000_000)})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(InputError, match="truncated or corrupt archive"):
        extract_archives([path], tmp_path / "out", max_bytes=1000)
    assert not (tmp_path / "out").exists()


def test_zip_and_tar_share_the_bound(tmp_path: Path) -> None:
    archives = [write_zip(tmp_path / f"{k}.zip", {f"{k}": bytes(600)}) for k in range(2)]
    with pytest.raises(InputError, match=r"1\.zip: found more than"):
        extract_archives(archives, tmp_path / "out", max_bytes=1000)
