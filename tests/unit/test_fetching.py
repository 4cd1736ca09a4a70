"""Files of this machine are looked at before anything is fetched."""

import hashlib
import os
import re
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from methods.data import fetching
from methods.data.archives import verify_archives
from methods.data.fetching import fetch_missing
from methods.data.files import read_json
from methods.data.remedies import Origin
from methods.data.sources import read_sources
from methods.errors import InputError
from tests.unit.small_job import data_job
from workflow_scripts import fetch_weights
from workflow_scripts.job import Job

CONTENT = tarfile.TarInfo("member").tobuf() + bytes(1024)  # an archive with an empty file
DECLARED = [{"name": name, "bytes": len(CONTENT)} for name in ("a.tar", "b.tar")]


@pytest.fixture
def places(tmp_path: Path) -> dict[str, Path]:
    """Two archives that lie elsewhere."""
    found = {name: tmp_path / "elsewhere" / name for name in ("a.tar", "b.tar")}
    (tmp_path / "elsewhere").mkdir()
    for path in found.values():
        path.write_bytes(CONTENT)
    return found


def fetch(tmp_path: Path, places: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    return fetch_missing(
        tmp_path / "data", DECLARED, local_files=places, source="local", purpose="the archives"
    )


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def broken_link_instead(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


@pytest.mark.parametrize(
    ("spoil", "found", "expected"),
    [
        (Path.unlink, "no such file", "the file b.tar"),
        (broken_link_instead, "a link to nowhere, which is not there", "the file b.tar"),
        (folder_instead, "a folder", "the file b.tar"),
        (lambda path: path.write_bytes(CONTENT[:-1]), "1535 bytes", "1536 bytes of b.tar"),
    ],
)
def test_a_wrong_place_is_told_before_anything_is_fetched(
    tmp_path: Path,
    places: dict[str, Path],
    spoil: Callable[[Path], object],
    found: str,
    expected: str,
) -> None:
    spoil(places["b.tar"])
    with pytest.raises(InputError) as caught:
        fetch(tmp_path, places)
    said = (
        f"{places['b.tar']}: found {found}, expected {expected}; put the original file"
        " there, or correct its path in `storage.local`."
    )
    assert re.fullmatch(re.escape(said), str(caught.value))
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("spoil", "found", "remedy"),
    [
        (Path.mkdir, "a folder", "take it away, or put the original file in its place"),
        (os.mkfifo, "something that is no file", "take it away, or put the original file in its"),
        (
            lambda path: path.symlink_to("gone/a.tar"),
            "a link to gone/a.tar, which is not there",
            "bring back what it leads to, or take the link away",
        ),
    ],
)
@pytest.mark.parametrize("source", ["published", "local"])
def test_what_lies_in_the_place_of_a_file_is_told(
    tmp_path: Path, source: Origin, spoil: Callable[[Path], object], found: str, remedy: str
) -> None:
    archive = {"name": "CUB_200_2011.tgz", "bytes": 10}
    path = tmp_path / archive["name"]
    spoil(path)
    with pytest.raises(InputError) as caught:
        fetch_missing(tmp_path, [archive], local_files={}, source=source, purpose="the archives")
    said = f"{path}: found {found}, expected the file CUB_200_2011.tgz; {remedy}"
    assert str(caught.value).startswith(said)
    assert [entry.name for entry in tmp_path.iterdir()] == ["CUB_200_2011.tgz"]
    with pytest.raises(InputError, match=rf"found {found}, expected an archive of the data set"):
        verify_archives(tmp_path, [archive], source=source)


def test_a_link_is_led_to_the_new_place_of_its_file(
    tmp_path: Path, places: dict[str, Path]
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.tar").symlink_to(tmp_path / "former place/a.tar")
    fetch(tmp_path, places)
    assert (tmp_path / "data/a.tar").samefile(places["a.tar"])


BY_HAND = (
    "put the whole, original file there, or take this one away and say in `storage.local` where the"
    " original is."
)
AGAIN = "delete it to have it fetched again, or put the whole, original file there."
GENERATE = (
    "make the archives again with `.venv/bin/snakemake --forcerun generate_archives --until"
    " generate_archives` (and `--config experiment=NAME` behind it, where config.yaml names another"
    " one)."
)


@pytest.mark.parametrize(
    ("source", "remedy"), [("local", BY_HAND), ("published", AGAIN), ("generated", GENERATE)]
)
@pytest.mark.parametrize("wrong", [{"bytes": 11}, {"md5": "0" * 32}, {"sha256": "0" * 64}])
def test_nobody_is_told_to_delete_what_is_not_fetched_again(
    tmp_path: Path, wrong: dict[str, Any], source: Origin, remedy: str
) -> None:
    (tmp_path / "a.tar").write_bytes(CONTENT)
    with pytest.raises(InputError) as caught:
        verify_archives(tmp_path, [{"name": "a.tar", **wrong}], source=source)
    assert str(caught.value).endswith(f"; {remedy}")


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        ("local", "put the original file there, or correct its path in `storage.local`."),
        ("generated", GENERATE),
    ],
)
def test_a_wrong_file_elsewhere_is_mended_there(
    tmp_path: Path, places: dict[str, Path], source: Origin, remedy: str
) -> None:
    declared = [{"name": "a.tar", "bytes": len(CONTENT), "md5": "0" * 32}]
    with pytest.raises(InputError) as caught:
        fetch_missing(tmp_path / "data", declared, local_files=places, source=source, purpose="it")
    assert "elsewhere/a.tar: md5 " in str(caught.value)
    assert str(caught.value).endswith(f"; {remedy}")


def weights_job(folder: Path, known: str, source: Origin = "published") -> Job:
    """The rule's job for a file, vit.pth, whose SHA-256 is known by these digits."""
    block = {"source": source, "sha256_prefix": known, "network": {}, "task": "a test"}
    return data_job(
        folder,
        "fetch_weights",
        input={},
        output={"card": folder / "vit.json"},
        params={"weights": block, "path": str(folder / "vit.pth")},
        wildcards={"weights": "vit"},
    )


@pytest.mark.parametrize(("source", "remedy"), [("local", BY_HAND), ("published", AGAIN)])
def test_wrong_weights_are_mended_in_the_same_way(
    tmp_path: Path, source: Origin, remedy: str
) -> None:
    (tmp_path / "vit.pth").write_bytes(CONTENT)
    with pytest.raises(InputError, match="expected one that begins with 00000000") as caught:
        fetch_weights.main(weights_job(tmp_path, "0" * 8, source))
    assert str(caught.value).endswith(f"; {remedy}")
    assert not (tmp_path / "vit.pth.sha256").exists()


def test_weights_of_a_few_known_digits_hold_from_their_first_use(tmp_path: Path) -> None:
    path, note, card = (tmp_path / f"vit.{end}" for end in ("pth", "pth.sha256", "json"))
    path.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    job = weights_job(tmp_path, digest[:8])
    fetch_weights.main(job)
    assert note.read_text(encoding="utf-8") == f"{digest}  vit.pth\n"
    said = {key: read_json(card)[key] for key in ("sha256", "checked_by", "remembered")}
    assert said == {
        "sha256": digest,
        "checked_by": "sha256, first 8 digits",
        "remembered": True,
    }
    fetch_weights.main(job)
    former = f"{digest[:8]}{'0' * 56}"  # as a file of the same first digits has it
    note.write_text(f"{former}  vit.pth\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        fetch_weights.main(job)
    assert str(caught.value) == (
        f"{path}: found sha256 {digest}, expected {former}, as when it was first seen"
        " (vit.pth.sha256); put the former file back, or delete vit.pth.sha256 if the publisher has"
        " replaced it."
    )


def test_weights_of_a_whole_digest_need_no_memory(tmp_path: Path) -> None:
    (tmp_path / "vit.pth").write_bytes(CONTENT)
    fetch_weights.main(weights_job(tmp_path, hashlib.sha256(CONTENT).hexdigest()))
    card = read_json(tmp_path / "vit.json")
    assert (card["checked_by"], card["remembered"]) == ("sha256", False)
    assert not (tmp_path / "vit.pth.sha256").exists()


def test_a_wrong_place_of_a_file_that_is_there_does_no_harm(
    tmp_path: Path, places: dict[str, Path]
) -> None:
    fetch(tmp_path, places)
    places["b.tar"].unlink()
    assert fetch(tmp_path, places) == {}


def test_what_was_fetched_is_verified_without_reading_it_again(
    tmp_path: Path, places: dict[str, Path]
) -> None:
    digest = hashlib.sha256(CONTENT).hexdigest()
    digested = fetch(tmp_path, places)
    assert digested == {"a.tar": {"sha256": digest}, "b.tar": {"sha256": digest}}
    expected = verify_archives(tmp_path / "data", DECLARED, source="local")
    for name in places:
        (tmp_path / "data" / name).write_bytes(CONTENT[:-1] + b"1")  # which nobody sees
    assert verify_archives(tmp_path / "data", DECLARED, digested, source="local") == expected
    with pytest.raises(InputError, match="as when it was first seen"):
        verify_archives(tmp_path / "data", DECLARED, source="local")


def test_a_mirror_with_a_password_is_asked_for_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = read_sources()["VOC2012test.tar"]
    mirror = replace(known, file="a.tar", urls=("https://me:hidden@host/a.tar?token=hidden",))
    monkeypatch.setattr(fetching, "read_sources", lambda: {"a.tar": mirror})
    with pytest.raises(InputError, match=r"no a.tar, .*: a.tar \(https://host/a.tar: ") as raised:
        fetch_missing(
            tmp_path, DECLARED[:1], local_files={}, source="published", purpose="the archives"
        )
    assert "hidden" not in str(raised.value)
