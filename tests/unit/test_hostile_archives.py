"""Members that only a hostile archive holds are refused in one sentence, and nothing stays."""

import io
import re
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from methods.data.archives import extract_archives
from tests.unit.small_archives import LIMIT, ORIGINAL, WRITERS, Writer, refusal, write_tar

PLAIN = "expected plain files and folders below the archive's root"


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


def test_a_name_that_ends_in_its_middle(tmp_path: Path) -> None:
    def change(member: tarfile.TarInfo) -> None:
        member.pax_headers = {"path": "fine\0evil"}

    said = refusal(write_tar(tmp_path / "a.tar", ["a"], change))
    assert said == f"found a name that no file can have, 'fine\\x00evil', {PLAIN}; {ORIGINAL}"
