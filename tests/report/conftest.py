"""One rendered page for all tests that only look at it."""

from pathlib import Path

import pytest

from methods.reporting.page import render
from tests.report.results import Results


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """report.html of the fixture, with its tables beside it."""
    return render_results(Results(tmp_path_factory.mktemp("report"), seeds=(0, 1)))


def render_results(results: Results) -> Path:
    output = results.root / "report.html"
    render(sources=results.sources(), output=output, tables=results.root / "report")
    return output
