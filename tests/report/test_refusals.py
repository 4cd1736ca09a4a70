"""What no page is made of: files that are missing, changed or of something else."""

from pathlib import Path

import pytest

from methods.errors import InputError
from tests.report.conftest import render_results
from tests.report.results import Results


def test_a_missing_file_is_one_sentence_and_leaves_no_page(tmp_path: Path) -> None:
    results = Results(tmp_path)
    (results.root / "more/seed0/metrics/cross_check.json").unlink()
    with pytest.raises(InputError, match=r"cross_check\.json: found no file"):
        render_results(results)
    assert not (results.root / "report.html").exists()


def test_changed_checkpoint_is_not_reported(tmp_path: Path) -> None:
    results = Results(tmp_path)
    (results.root / "more/seed0/train/checkpoints/iteration_000300.pt").write_bytes(b"other")
    with pytest.raises(InputError, match=r"iteration_000300\.pt: found sha256 .*train/done\.json"):
        render_results(results)


@pytest.mark.parametrize(
    ("lines", "found"),
    [(0, "no table"), (1, "0 rows"), (300, "299 rows"), (-1, "a table of other columns")],
)
def test_journal_must_be_that_of_the_whole_training(tmp_path: Path, lines: int, found: str) -> None:
    results = Results(tmp_path)
    journal = results.root / "more/seed0/train/journal.csv"
    text = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(text[:lines] if lines >= 0 else ["a,b\n", *text[1:]]))
    with pytest.raises(InputError, match=rf"journal\.csv: found {found}, .*; delete it and run"):
        render_results(results)


def test_a_fixed_image_must_be_in_the_split(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.run["gallery"] = ["2012_000001"]
    with pytest.raises(InputError, match="found 2012_000001, expected ids of val"):
        render_results(results)
