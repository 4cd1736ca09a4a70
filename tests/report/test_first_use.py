"""The page says which digests are those of a first use, since nobody publishes them whole."""

import html
from dataclasses import asdict
from pathlib import Path

import pytest

from methods.data.files import read_json, write_json
from methods.data.first_use import digest_check
from tests.report.conftest import render_results, rows_of
from tests.report.outline import section
from tests.report.results import Results

CHECK = "archives have the digest that is published"


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Results of one archive with a published digest, and of one without."""
    written = Results(tmp_path)
    archives = [
        {"name": "VOCtrainval.tar", "remembered": False},
        {"name": "VOC2012test.tar", "remembered": True},
    ]
    checks = written.root / "data/shapes/checks.json"
    others = read_json(checks)["checks"]
    write_json(checks, {"checks": [asdict(digest_check(archives)), *others]})
    return written


def test_an_archive_without_a_published_digest_is_named(results: Results) -> None:
    page = render_results(results)
    (row,) = [row for row in rows_of(page, "checks") if row["check"] == CHECK]
    assert row == {
        "data set": "shapes",
        "check": CHECK,
        "result": "warning",
        "checked": "2",
        "failed": "1",
        "expected": "all",
        "found": "the one of their first use, from then on",
        "examples": "VOC2012test.tar",
    }
    text = page.read_text("utf-8")
    assert f"<li>Checks of shapes with a warning: {CHECK}" in section(text, "limits")
    shown = text.partition(f">{CHECK}<")[2].partition("</tr>")[0]
    assert "the one of their first use, from then on" in shown
    assert "VOC2012test.tar" in shown


def test_weights_of_a_few_published_digits_are_named(results: Results) -> None:
    card = results.root / "weights/mini-vit.json"
    more = {"checked_by": "sha256, first 8 digits", "remembered": True}
    write_json(card, {**read_json(card), **more})
    page = render_results(results)
    said = (
        "The weights mini-vit were checked by sha256, first 8 digits: no more digits are known."
        " Their whole digest is that of their first use, from then on."
    )
    assert said in html.unescape(section(page.read_text("utf-8"), "limits"))
    facts = {row["fact"]: row["value"] for row in rows_of(page, "weights")}
    assert facts["checked_by"] == "sha256, first 8 digits"


def test_a_whole_digest_is_no_matter_of_first_use(results: Results) -> None:
    card = results.root / "weights/mini-vit.json"
    write_json(card, {**read_json(card), "checked_by": "sha256", "remembered": False})
    assert "checked by" not in section(render_results(results).read_text("utf-8"), "limits")
