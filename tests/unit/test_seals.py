"""What a job wrote is what every later call finds, or it says so."""

import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from methods.errors import InputError
from methods.recipes import snakemake
from methods.seals import break_seals, require_sealed, require_whole, seal


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """An experiment's folder with two files and a folder that a job wrote."""
    for name in ("more/seed0/resolved.yaml", "data/shapes/index.csv", "report/claims.csv"):
        path = tmp_path / "results/tiny" / name
        path.parent.mkdir(parents=True)
        path.write_text(name, encoding="utf-8")
    folder = tmp_path / "results/tiny"
    seal(folder, [folder / "more/seed0/resolved.yaml", folder / "data/shapes/index.csv"])
    weights = tmp_path / "weights.pt"  # outside the folder, with a digest of its own
    weights.write_bytes(b"weights")
    seal(folder, [folder / "report", weights])
    return folder


def test_files_are_sealed_and_of_folders_the_names(results: Path) -> None:
    seals = {str(path.relative_to(results)) for path in results.glob("seals/**/*.*")}
    assert seals == {
        "seals/more/seed0/resolved.yaml.sha256",
        "seals/data/shapes/index.csv.sha256",
        "seals/report.files.json",
    }
    for folder in (results, results.parent / "none"):
        require_sealed(folder)
        require_whole(folder)


def test_a_changed_file_is_refused(results: Path) -> None:
    index = results / "data/shapes/index.csv"
    index.write_text("edited by hand", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        require_sealed(results)
    assert str(refused.value) == (
        f"{index}: found a file that was changed after the job that made it had ended, expected it"
        " as that job left it; restore it, or delete it and report.html to have both made again."
    )


def test_a_changed_page_is_made_again_alone(results: Path) -> None:
    page = results / "report.html"
    page.write_text("<html>", encoding="utf-8")
    seal(results, [page])
    page.write_text("edited by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"; restore it, or delete it to have it made again\.$"):
        require_sealed(results)


def test_a_changed_journal_costs_a_training(results: Path) -> None:
    journal = results / "more/seed0/train/journal.csv"
    journal.parent.mkdir()
    journal.write_text("iteration,total\n", encoding="utf-8")
    seal(results, [journal])
    journal.write_text("edited by hand", encoding="utf-8")
    with pytest.raises(InputError, match=r"made again, which runs the whole training again\.$"):
        require_sealed(results)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"none\n", b"[]", 63 * b"0", 32 * b"\xc3\x9f"]
)
def test_a_broken_seal_is_named(results: Path, content: bytes) -> None:
    seal = results / "seals/data/shapes/index.csv.sha256"
    seal.write_bytes(content)
    with pytest.raises(InputError) as refused:
        require_sealed(results)
    assert str(refused.value) == (
        f"{seal}: found no sha256, expected the digest that a job noted; delete it: its file is"
        " then taken as it is."
    )


@pytest.mark.parametrize("name", ["data/shapes/index.csv.sha256", "report.files.json"])
@pytest.mark.parametrize(
    ("make", "found"),
    [
        (os.mkfifo, "something that is no file"),  # read, it would wait for ever
        (os.mkdir, "a folder"),
        (partial(os.symlink, "gone"), "a link to gone, which is not there"),
    ],
)
def test_what_is_no_file_is_no_seal(
    results: Path, name: str, make: Callable[[Path], None], found: str
) -> None:
    seal = results / "seals" / name
    seal.unlink()
    make(seal)
    told = re.escape(f"{seal}: found {found}, expected") + ".*; delete it: its .* as it is\\.$"
    require = require_sealed if name.endswith(".sha256") else require_whole
    with pytest.raises(InputError, match=told):
        require(results)
    shutil.rmtree(results / "data")  # whether what it is of is there, or not
    shutil.rmtree(results / "report")
    with pytest.raises(InputError, match=told):
        require(results)


def test_a_seal_that_cannot_be_broken_is_named(results: Path) -> None:
    index = results / "data/shapes/index.csv"
    seal = results / "seals/data/shapes/index.csv.sha256"
    seal.unlink()
    seal.mkdir()
    with pytest.raises(InputError, match=re.escape(f"{seal}: found a folder, expected the digest")):
        break_seals(results, [index])
    shutil.rmtree(seal.parent)
    seal.parent.write_bytes(b"")
    found = f"{seal}: found a place that cannot be written to (not a directory)"
    with pytest.raises(InputError, match=re.escape(found)):
        break_seals(results, [index])


def test_a_file_copied_over_another_is_refused(results: Path) -> None:
    shutil.copy2(results / "more/seed0/resolved.yaml", results / "data/shapes/index.csv")
    with pytest.raises(InputError, match=re.escape("index.csv: found a file that was changed")):
        require_sealed(results)


def test_a_deleted_file_will_be_made_anew(results: Path) -> None:
    index = results / "data/shapes/index.csv"
    index.unlink()
    require_sealed(results)
    index.write_text("by hand", encoding="utf-8")  # and no job
    with pytest.raises(InputError):
        require_sealed(results)


def test_a_job_that_began_may_leave_anything(results: Path) -> None:
    index = results / "data/shapes/index.csv"
    break_seals(results, [index, index.with_name("checks.json")])
    index.write_text("half", encoding="utf-8")
    require_sealed(results)
    seal(results, [index])
    index.write_text("other", encoding="utf-8")
    with pytest.raises(InputError):
        require_sealed(results)


def leave_checkpoints(results: Path) -> Path:
    """A folder of three files that a training left."""
    folder = results / "more/seed0/train/check points"
    for name in ("1.pt", "2.pt", "of two/3.pt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    seal(results, [folder])
    return folder


def test_a_folder_that_lacks_files_is_refused(results: Path) -> None:
    folder = leave_checkpoints(results)
    (folder / "of another program").touch()
    require_whole(results)
    (folder / "of two/3.pt").unlink()
    call = snakemake(results.name, "report", "--forcerun", str(folder))
    with pytest.raises(InputError) as refused:
        require_whole(results)
    assert str(refused.value) == (
        f"{folder}/of two/3.pt: found no such file, expected what the job left that made the"
        f" folder; put it back, or run `{call}` to have the folder made again, which runs the whole"
        " training again."
    )
    (folder / "1.pt").unlink()
    found = "/1.pt: found no such file (2 files of the folder are missing), expected"
    with pytest.raises(InputError, match=re.escape(found)):
        require_whole(results)
    (results / "report/claims.csv").unlink()
    shutil.rmtree(folder)
    with pytest.raises(InputError, match=r"=tiny` to have the folder made again\.$"):
        require_whole(results)


def test_a_folder_that_is_gone_or_being_made_again_is_not_looked_at(results: Path) -> None:
    folder = leave_checkpoints(results)
    break_seals(results, [folder])
    (folder / "1.pt").unlink()
    require_whole(results)
    seal(results, [folder])
    shutil.rmtree(folder)
    require_whole(results)


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"[", b"{}", b"[1]", b'["\xff"]', 100_000 * b"["]
)
def test_broken_names_of_a_folder_are_named(results: Path, content: bytes) -> None:
    seal = results / "seals/report.files.json"
    seal.write_bytes(content)
    with pytest.raises(InputError) as refused:
        require_whole(results)
    assert str(refused.value) == (
        f"{seal}: found no list of names, expected the files that a job left in a folder; delete"
        " it: its folder is then taken as it is."
    )
