"""Tar archives of tar archives, and archives that get a folder of their own."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from methods.data.archives import extract_archives
from methods.errors import InputError

LIMIT = 2**20  # bytes, more than any archive here holds
INNER = {"a.JPEG": b"alpha", "b.JPEG": b"be" * 400}
Change = Callable[[tarfile.TarInfo], None]


def tar_bytes(content: dict[str, bytes], change: Change | None = None) -> bytes:
    """A tar archive; `change` makes something else of its last member."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for position, (name, data) in enumerate(content.items(), 1):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            if change and position == len(content):
                change(member)
            archive.addfile(member, io.BytesIO(data))
    return stream.getvalue()


def write_outer(
    folder: Path, members: dict[str, bytes] | None = None, change: Change | None = None
) -> Path:
    path = folder / "outer.tar"
    inner = tar_bytes(INNER)
    path.write_bytes(tar_bytes(members or {"n1.tar": inner, "n2.tar": inner}, change))
    return path


def extract(path: Path, limit: int = LIMIT) -> tuple[int, int]:
    made = extract_archives(
        [path], path.parent / "out", limit, folders={path.name: "train"}, nested=[path.name]
    )
    return made.files, made.bytes


def test_inner_archives_become_folders_of_their_names(tmp_path: Path) -> None:
    assert extract(write_outer(tmp_path)) == (4, 2 * (5 + 800))
    found = {p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*.*")}
    assert found == {f"train/{name}/{file}" for name in ("n1", "n2") for file in INNER}
    assert (tmp_path / "out/train/n2/b.JPEG").read_bytes() == INNER["b.JPEG"]


def test_archives_get_folders_by_their_names(tmp_path: Path) -> None:
    for name in ("a.tar", "b.tar"):
        (tmp_path / name).write_bytes(tar_bytes({"x/y.txt": name.encode()}))
    archives = [tmp_path / "a.tar", tmp_path / "b.tar"]
    extract_archives(archives, tmp_path / "out", LIMIT, folders={"b.tar": "own/deep"})
    assert (tmp_path / "out/x/y.txt").read_text() == "a.tar"
    assert (tmp_path / "out/own/deep/x/y.txt").read_text() == "b.tar"


def make_link(member: tarfile.TarInfo) -> None:
    member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0


def make_folder(member: tarfile.TarInfo) -> None:
    member.type, member.size = tarfile.DIRTYPE, 0


@pytest.mark.parametrize(
    ("content", "change", "found"),
    [
        ({"../evil": b"x"}, None, r"n1\.tar: found a member that points outside, '\.\./evil'"),
        ({"/evil": b"x"}, None, r"n1\.tar: found a member that points outside, '/evil'"),
        ({"a": b"x", "link": b""}, make_link, r"n1\.tar: found a link or device, 'link'"),
        ({"a": b"x", "a/b": b"y"}, None, "whose names cannot stand together in a folder"),
    ],
)
def test_an_inner_archive_is_held_to_the_same_rules(
    tmp_path: Path, content: dict[str, bytes], change: Change | None, found: str
) -> None:
    path = write_outer(tmp_path, {"n1.tar": tar_bytes(content, change)})
    with pytest.raises(InputError, match=found):
        extract(path)
    assert {item.name for item in tmp_path.iterdir()} == {"outer.tar"}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("../n1.tar", None),
        ("..tar", None),
        ("...tar", None),
        ("sub/n1.tar", None),
        ("n1.txt", None),
        ("n1.tar", make_link),
        ("n1.tar", make_folder),
    ],
)
def test_a_member_that_is_no_inner_archive_is_refused(
    tmp_path: Path, name: str, change: Change | None
) -> None:
    path = write_outer(tmp_path, {name: tar_bytes(INNER)}, change)
    with pytest.raises(InputError, match="found a member '.*', expected tar archives, one of each"):
        extract(path)
    assert {item.name for item in tmp_path.iterdir()} == {"outer.tar"}


def test_the_same_inner_archive_twice_is_refused(tmp_path: Path) -> None:
    path = write_outer(tmp_path, {"n1.tar": tar_bytes(INNER), "./n1.tar": tar_bytes(INNER)})
    with pytest.raises(InputError, match="whose names cannot stand together in a folder"):
        extract(path)


def test_the_bound_counts_what_all_inner_archives_hold(tmp_path: Path) -> None:
    path = write_outer(tmp_path)
    assert extract(path, 2 * 805) == (4, 1610)
    with pytest.raises(InputError, match=r"n2\.tar: found more than 1609 bytes of content"):
        extract(path, 2 * 805 - 1)


def test_every_truncation_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    whole = write_outer(tmp_path).read_bytes()
    end = len(whole.rstrip(b"\0"))
    for keep in range(0, end, 512):
        cut = tmp_path / "cut.tar"
        cut.write_bytes(whole[:keep])
        with pytest.raises(InputError, match=r"cut\.tar: found \d+ bytes of a truncated or corru"):
            extract_archives([cut], tmp_path / "out", LIMIT, nested=["cut.tar"])
        assert not (tmp_path / "out").exists()


def test_an_inner_archive_that_ends_early_is_named(tmp_path: Path) -> None:
    inner = tar_bytes(INNER)
    for keep in (100, 512, 1024 + 512, 1024 + 512 + 800):
        path = write_outer(tmp_path, {"n0.tar": inner, "n1.tar": inner[:keep]})
        with pytest.raises(InputError, match=r"truncated or corrupt archive \(n1\.tar: "):
            extract(path)
        assert not (tmp_path / "out").exists()
