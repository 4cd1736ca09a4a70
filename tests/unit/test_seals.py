"""What a job wrote is what every later call finds, or it says so."""

import re
import shutil
from pathlib import Path

import pytest

from methods.errors import InputError
from methods.seals import break_seals, require_sealed, seal


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


def test_files_and_no_folders_are_sealed(results: Path) -> None:
    seals = {str(path.relative_to(results)) for path in results.glob("seals/**/*.*")}
    assert seals == {
        "seals/more/seed0/resolved.yaml.sha256",
        "seals/data/shapes/index.csv.sha256",
    }
    require_sealed(results)
    require_sealed(results.parent / "none")


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


def test_a_broken_seal_is_named(results: Path) -> None:
    seal = results / "seals/data/shapes/index.csv.sha256"
    seal.write_text("", encoding="ascii")
    with pytest.raises(InputError, match=re.escape(f"{seal}: found no sha256")):
        require_sealed(results)


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
