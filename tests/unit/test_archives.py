"""Archives are the declared ones, and what they hold stays below the destination."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.archives import extract_archives, verify_archives
from methods.data.first_use import digest_check
from methods.errors import InputError

CONTENT = {"tree/a.txt": b"alpha", "tree/deep/b.bin": bytes(range(256)) * 40}
LIMIT = 2**20  # bytes, more than any archive here holds


def write_tar(path: Path, mode: str = "w", content: dict[str, bytes] = CONTENT) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def write_member(path: Path, change: Callable[[tarfile.TarInfo], None]) -> Path:
    member = tarfile.TarInfo("tree/member")
    change(member)
    with tarfile.open(path, "w") as archive:
        archive.addfile(member)
    return path


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tgz", "w:gz"), ("a.tar.xz", "w:xz")]
)
def test_extraction_gives_the_files_and_their_count(tmp_path: Path, name: str, mode: str) -> None:
    archive = write_tar(tmp_path / name, mode)
    extracted = extract_archives([archive], tmp_path / "out", LIMIT)
    assert (extracted.files, extracted.bytes) == (2, 5 + 256 * 40)
    for member, data in CONTENT.items():
        assert (tmp_path / "out" / member).read_bytes() == data
    assert {path.name for path in tmp_path.iterdir()} == {name, "out"}


def test_several_archives_share_one_folder(tmp_path: Path) -> None:
    first = write_tar(tmp_path / "a.tar", content={"one/a": b"1"})
    second = write_tar(tmp_path / "b.tar", content={"two/b": b"22"})
    extracted = extract_archives([first, second], tmp_path / "out", LIMIT)
    assert (extracted.files, extracted.bytes) == (2, 3)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one", "two"]


def test_every_truncation_of_a_tar_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    whole = write_tar(tmp_path / "whole.tar").read_bytes()
    members_end = 512 + 512 + 512 + 256 * 40  # two headers, one padded block, twenty whole ones
    cut = tmp_path / "cut.tar"
    for keep in range(0, members_end + 1, 256):
        cut.write_bytes(whole[:keep])
        with pytest.raises(InputError, match=r"cut\.tar: found \d+ bytes of a truncated or corr"):
            extract_archives([cut], tmp_path / "out", LIMIT)
    assert {path.name for path in tmp_path.iterdir()} == {"whole.tar", "cut.tar"}


def test_truncations_of_a_compressed_archive_are_refused(tmp_path: Path) -> None:
    whole = write_tar(tmp_path / "whole.tgz", "w:gz").read_bytes()
    cut = tmp_path / "cut.tgz"
    for keep in range(0, len(whole), 7):
        cut.write_bytes(whole[:keep])
        with pytest.raises(InputError, match="truncated or corrupt archive"):
            extract_archives([cut], tmp_path / "out", LIMIT)


def test_a_wrong_checksum_of_gzip_is_refused(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tgz", "w:gz")
    content = bytearray(path.read_bytes())
    content[-8] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match="truncated or corrupt archive"):
        extract_archives([path], tmp_path / "out", LIMIT)


def test_a_damaged_header_is_not_taken_for_the_end(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "a.tar")
    content = bytearray(path.read_bytes())
    content[1024 + 10] ^= 255  # in the header of the second member
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"no end mark after 1 members"):
        extract_archives([path], tmp_path / "out", LIMIT)


def test_a_file_that_is_no_archive_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_text("<html>not found</html>")
    with pytest.raises(InputError) as refusal:
        extract_archives([tmp_path / "a.tar"], tmp_path / "out", LIMIT)
    assert "\n" not in str(refusal.value)
    assert "22 bytes of a truncated or corrupt archive" in str(refusal.value)


@pytest.mark.parametrize("name", ["/etc/evil", "../evil", "tree/../../evil"])
def test_members_outside_the_destination_are_refused(tmp_path: Path, name: str) -> None:
    archive = write_tar(tmp_path / "a.tar", content={"fine": b"", name: b"evil"})
    with pytest.raises(InputError, match="found a member that points outside"):
        extract_archives([archive], tmp_path / "below" / "out", LIMIT)
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.type = kind
        member.linkname = "tree/elsewhere"

    archive = write_member(tmp_path / "a.tar", change)
    with pytest.raises(InputError, match="found a link or device, 'tree/member'"):
        extract_archives([archive], tmp_path / "out", LIMIT)


@pytest.mark.parametrize(
    "names", [("tree", "tree/a"), ("tree/a", "tree"), ("n" * 300,), ("tree/", "tree")]
)
def test_names_that_cannot_stand_together_are_the_fault_of_the_archive(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w") as archive:
        for name in names:
            member = tarfile.TarInfo(name.rstrip("/"))
            member.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            archive.addfile(member)
    with pytest.raises(InputError, match=r"a\.tar: found members whose names cannot"):
        extract_archives([path], tmp_path / "out", LIMIT)
    assert not (tmp_path / "out").exists()


def test_content_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "a.tgz", "w:gz", {"zeros": bytes(1_000_000)})
    assert archive.stat().st_size < 10_000
    with pytest.raises(InputError, match="found more than 999999 bytes of content"):
        extract_archives([archive], tmp_path / "out", max_bytes=999_999)
    assert not (tmp_path / "out").exists()
    assert extract_archives([archive], tmp_path / "out", max_bytes=1_000_000).bytes == 1_000_000


def test_the_bound_covers_all_archives_together(tmp_path: Path) -> None:
    archives = [write_tar(tmp_path / f"{k}.tar", content={f"{k}": bytes(600)}) for k in range(2)]
    with pytest.raises(InputError, match=r"1\.tar: found more than"):
        extract_archives(archives, tmp_path / "out", max_bytes=1000)


def test_a_missing_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.tar: found no such file"):
        extract_archives([tmp_path / "a.tar"], tmp_path / "out", LIMIT)
    with pytest.raises(InputError, match=r"a\.tar: found no such file.*`storage.data`"):
        verify_archives(tmp_path, [{"name": "a.tar"}], source="local")


def test_verification_reports_what_it_found(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    path.write_bytes(gzip.compress(b"content", mtime=0))
    content = path.read_bytes()
    declared = {
        "name": "a.tgz",
        "bytes": len(content),
        "md5": hashlib.md5(content).hexdigest().upper(),
    }
    assert verify_archives(tmp_path, [declared], source="local") == [
        {
            "name": "a.tgz",
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
            "declared": {"bytes": declared["bytes"], "md5": declared["md5"]},
            "remembered": False,
        }
    ]


def test_a_truncated_download_is_told_by_its_size(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(bytes(90))
    with pytest.raises(InputError, match="a truncated archive of 90 bytes, expected 100 bytes"):
        verify_archives(tmp_path, [{"name": "a.tar", "bytes": 100}], source="local")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_another_digest_is_refused(tmp_path: Path, algorithm: str) -> None:
    (tmp_path / "a.tar").write_bytes(b"content")
    wrong = hashlib.new(algorithm, b"other").hexdigest()
    with pytest.raises(InputError, match=rf"{algorithm} \w+ over 7 bytes, .*{wrong}"):
        verify_archives(tmp_path, [{"name": "a.tar", algorithm: wrong}], source="local")


def test_a_digest_that_nobody_publishes_holds_from_its_first_use(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "a.tar")
    (found,) = verify_archives(tmp_path, [{"name": "a.tar", "digest": "unknown"}], source="local")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    note = tmp_path / "a.tar.sha256"
    assert (found["sha256"], found["remembered"]) == (digest, True)
    assert note.read_text(encoding="utf-8") == f"{digest}  a.tar\n"
    assert verify_archives(tmp_path, [{"name": "a.tar"}], source="local") == [
        {**found, "declared": {}}
    ]
    archive.write_bytes(archive.read_bytes() + bytes(512))
    with pytest.raises(InputError, match="as when it was first seen") as caught:
        verify_archives(tmp_path, [{"name": "a.tar"}], source="local")
    assert digest in str(caught.value)
    note.unlink()
    assert verify_archives(tmp_path, [{"name": "a.tar"}], source="local")[0]["sha256"] != digest


def test_a_published_digest_needs_no_memory(tmp_path: Path) -> None:
    archive = write_tar(tmp_path / "a.tar")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    (found,) = verify_archives(tmp_path, [{"name": "a.tar", "sha256": digest}], source="local")
    assert not found["remembered"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.tar"]


@pytest.mark.parametrize(
    ("remembered", "severity", "failed"), [(True, "warning", 1), (False, "ok", 0)]
)
def test_the_checks_name_archives_without_a_published_digest(
    remembered: bool, severity: str, failed: int
) -> None:
    check = digest_check([{"name": "a.tar", "remembered": remembered}])
    assert (check.severity, check.checked, check.failed) == (severity, 1, failed)
    assert check.examples == (("a.tar",) if remembered else ())
