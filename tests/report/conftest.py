"""One rendered page for all tests that only look at it."""

import csv
from pathlib import Path

import pytest

from methods.reporting.page import render
from tests.report.results import GIVEN, HELD_OUT, SUBMITTED, Results

RUNS = {
    "more": SUBMITTED,
    "no_gcr": {"formulation": {"gcr": "without", "lam": "paper"}, **HELD_OUT},
    "given": GIVEN,
    "no_cre": {"training": {"losses": {"cre": 0}}},
}
SETTINGS = {
    "ablation": {"full": "more", "protocol": "crf", "split": "val"},
    "reference_log": {"file": "claims/reference/more_training_log.csv", "dataset": "voc"},
}


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """An experiment with everything that a page can show."""
    folder = tmp_path_factory.mktemp("report")
    return Results(folder, seeds=(0, 1), runs=RUNS, settings=SETTINGS)


@pytest.fixture(scope="session")
def page(results: Results) -> Path:
    """report.html of the fixture, with its tables beside it."""
    return render_results(results)


def render_results(results: Results) -> Path:
    output = results.root / "report.html"
    render(sources=results.sources(), output=output, tables=results.root / "report")
    return output


def rows_of(page: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table beside the page."""
    with (page.parent / f"report/{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
