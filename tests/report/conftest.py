"""One rendered page for all tests that only look at it."""

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from methods.reporting.localization.section import LocalizationSection
from methods.reporting.rendering import render
from tests.report.attempts import write_attempts
from tests.report.both_results import BothResults
from tests.report.localization_results import LocalizationResults, built
from tests.report.localization_scores import Mistakes
from tests.report.results import GIVEN, HELD_OUT, SUBMITTED, Results

RUNS = {
    "more": SUBMITTED,
    "no_gcr": {"formulation": {"gcr": "without", "lam": "paper"}, **HELD_OUT},
    "given": GIVEN,
    "no_cre": {"training": {"losses": {"cre": 0}}},
}
SETTINGS = {
    "ablation": {"full": "more", "protocol": "crf", "split": "val"},
    "reference_log": {
        "file": "claims/reference/more_training_log.csv",
        "classes": "claims/reference/more_class_log.csv",
        "dataset": "voc",
    },
}
BOX_RUNS = {
    "cdtr": {},
    "matched": {"formulation": {"loss_map": "matched"}, "accept": ["frozen_sampler"]},
    "given_boxes": {"checkpoint": {"rule": "file"}},
}
THREE_BOX_RUNS = {
    "cdtr": {},
    "small": {
        "training": {"epochs": 2, "sampler": {"set_epoch": False}},
        "accept": ["frozen_sampler"],
    },
    "given": {"checkpoint": {"rule": "file"}},
}

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium without a window."""
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine; apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """An experiment with everything that a page can show."""
    folder = tmp_path_factory.mktemp("report")
    made = Results(folder, seeds=(0, 1), runs=RUNS, settings=SETTINGS)
    write_attempts(made.root)
    return made


@pytest.fixture(scope="session")
def page(results: Results) -> Path:
    """report.html of the fixture, with its tables beside it."""
    return render_results(results)


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> BothResults:
    """An experiment with runs of both tasks."""
    return BothResults(
        tmp_path_factory.mktemp("both"),
        segmentation={"seeds": (0, 1)},
        localization={"seeds": (0, 1), "runs": BOX_RUNS},
        settings={"ablation": {"full": "cdtr", "protocol": "released", "split": "test"}},
    )


@pytest.fixture(scope="session")
def both_page(both: BothResults) -> Path:
    """The page of both tasks."""
    return render_results(both)


@pytest.fixture(scope="session")
def boxes_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of localization alone."""
    return render_results(LocalizationResults(tmp_path_factory.mktemp("boxes")))


@pytest.fixture(scope="session")
def box_runs(tmp_path_factory: pytest.TempPathFactory) -> LocalizationResults:
    """An experiment of localization with a smaller run, and one that trains nothing."""
    return LocalizationResults(
        tmp_path_factory.mktemp("box_runs"),
        seeds=(0, 1),
        runs=THREE_BOX_RUNS,
        mistakes={"small": Mistakes(named=range(16), located=(4, 5, 6))},
        settings={"ablation": {"full": "cdtr", "protocol": "released", "split": "test"}},
    )


@pytest.fixture(scope="session")
def box_section(box_runs: LocalizationResults) -> LocalizationSection:
    """What the page says of its localization."""
    return built(box_runs)


@pytest.fixture(params=["page", "both_page", "boxes_page"])
def any_page(request: pytest.FixtureRequest) -> Path:
    """A page of segmentation, of both tasks, of localization."""
    path: Path = request.getfixturevalue(request.param)
    return path


def render_results(results: Results | BothResults | LocalizationResults) -> Path:
    """Write the page of some results."""
    output = results.root / "report.html"
    render(sources=results.sources(), output=output, tables=results.root / "report")
    return output


def rows_of(page: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table beside the page."""
    with (page.parent / f"report/{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
