"""What holds of every page, whatever the tasks of its runs."""

import csv
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from methods.reporting.crate.files import METADATA, WORKFLOW
from methods.reporting.rendering import policy_hash
from tests.report.conftest import render_results, rows_of
from tests.report.localization_results import LocalizationResults
from tests.report.outline import Outline
from tests.report.results import Results

PAPERS = ("https://arxiv.org/abs/2412.11076", "https://doi.org/10.1109/TPAMI.2025.3548704")
HOSTILE = ["<script>alert(1)</script>", "a&b", 'q"uote', "$x^2$", "it's", "été"]
SECTIONS = {
    "page": (
        *("verdicts", "limits", "ablation-section"),
        *("post-processing", "per-class", "gallery", "curves"),
        *("data", "machine", "attempts-section", "record", "chain", "downloads"),
    ),
    "both_page": (
        *("verdicts", "limits", "ablation-section"),
        *("post-processing", "per-class", "gallery", "boxes", "box-images", "curves"),
        *("data", "machine", "attempts-section", "record", "chain", "downloads"),
    ),
    "boxes_page": (
        *("verdicts", "limits", "boxes", "box-images", "curves"),
        *("data", "machine", "attempts-section", "record", "chain", "downloads"),
    ),
}

GROUP = re.compile(r"deviations-\d+")  # the rows of one table, block by block
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')
# Of the example in Content Security Policy Level 3, section 8.3.
EXAMPLE = "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="


def scripts(text: str) -> list[str]:
    """What stands in the script elements of a page."""
    return re.findall(r"<script\b[^>]*>(.*?)</script>", text, re.S)


@pytest.fixture
def outline(any_page: Path) -> Outline:
    return Outline(any_page.read_text("utf-8"))


@pytest.mark.parametrize("name", SECTIONS)
def test_the_sections_come_in_the_order_of_trust(request: pytest.FixtureRequest, name: str) -> None:
    outline = Outline(request.getfixturevalue(name).read_text("utf-8"))
    assert tuple(outline.values("section", "id")) == SECTIONS[name]


def test_headings_never_skip_a_level(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_leads_somewhere(any_page: Path, outline: Outline) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    links = outline.values("a", "href")
    assert links
    for link in links:
        if link.startswith("#"):
            assert link[1:] in outline.ids
        # The crate is written later: see test_crate.py.
        elif not link.startswith((*PAPERS, METADATA, f"{WORKFLOW}/")):
            assert (any_page.parent / unquote(link)).is_file()


def test_the_navigation_stands_in_the_header_and_lists_every_section_in_the_order_of_the_page(
    any_page: Path, outline: Outline
) -> None:
    (header,) = re.findall(r"<header>.*?</header>", any_page.read_text("utf-8"), re.S)
    (navigation,) = re.findall(r"<nav .*?</nav>", header, re.S)
    links = Outline(navigation).values("a", "href")
    assert links == [f"#{name}" for name in outline.values("section", "id")]


def test_every_figure_and_picture_says_what_it_shows(outline: Outline) -> None:
    pictures = [attributes for tag, attributes in outline.tags if tag == "img"]
    assert pictures
    assert all(picture["alt"] and picture["src"] for picture in pictures)
    drawings = [
        attributes
        for tag, attributes in outline.tags
        if tag == "svg" and attributes.get("aria-hidden") != "true"
    ]
    assert len(drawings) >= 10
    for drawing in drawings:
        assert set(str(drawing["aria-labelledby"]).split()) <= set(outline.ids)


def test_one_file_with_the_addresses_of_the_papers_and_the_script_that_its_policy_allows(
    any_page: Path, outline: Outline
) -> None:
    text = any_page.read_text("utf-8")
    assert "http://" not in text
    assert set(re.findall(r"https://[^\"]*", text)) == set(PAPERS)
    assert all(text.count(address) == text.count(f'<a href="{address}">') for address in PAPERS)
    (script,) = scripts(text)
    assert f"script-src '{policy_hash(script)}'" in POLICY.findall(text)[0]
    assert policy_hash("alert('Hello, world.');") == EXAMPLE
    assert [attributes for tag, attributes in outline.tags if tag == "script"] == [{}]
    assert any_page.stat().st_size < 5_000_000


def test_tables_and_csv_hold_the_same_cells(any_page: Path) -> None:
    tables = re.findall(
        r'<div class="table" id="([^"]+)">.*?<tbody>(.*?)</tbody>',
        any_page.read_text("utf-8"),
        re.S,
    )
    grouped = [body for name, body in tables if GROUP.match(name)]
    rows = re.findall("<tr>", "".join(grouped))
    assert len(rows) == (len(rows_of(any_page, "deviations")) if grouped else 0)
    tables = [(name, body) for name, body in tables if not GROUP.match(name)]
    written = {path.stem for path in (any_page.parent / "report").glob("*.csv")} - {"verdicts"}
    assert {name for name, _ in tables} == written - ({"deviations"} if grouped else set())
    for name, body in tables:
        header = (any_page.parent / f"report/{name}.csv").read_text("utf-8").splitlines()[0]
        labels = next(csv.reader([header]))
        assert len(labels) == len(set(labels))
        assert len(re.findall("<tr>", body)) == len(rows_of(any_page, name))
    shown = dict(tables)
    for name, column, low, high in (
        ("ladder", "mIoU (%)", "95 % low", "95 % high"),
        *(
            (
                "localization",
                f"{rate} (%)",
                *(f"{rate}: {end}" for end in ("low", "high")),
            )
            for rate in ("Top-1 Loc", "GT-known", "Top-1 cls")
        ),
    ):
        for row in rows_of(any_page, name) if name in shown else ():
            value, *ends = (f"{float(row[key]):.2f}" for key in (column, low, high))
            interval = "\u2013".join(ends)
            assert f">{value} <small>({interval})</small><" in shown[name]


@pytest.mark.parametrize(
    ("made", "table"), [(Results, "classes"), (LocalizationResults, "localization_classes")]
)
def test_text_from_the_results_is_escaped(
    tmp_path: Path, made: type[Results | LocalizationResults], table: str
) -> None:
    page = render_results(made(tmp_path, classes=HOSTILE))
    text = page.read_text("utf-8")
    outline = Outline(text)
    (script,) = scripts(text)
    assert "alert" not in script
    for name in HOSTILE:
        assert any(name == word.strip() for word in outline.words)
    assert {row["class"] for row in rows_of(page, table)} - {"background"} == set(HOSTILE)


@pytest.mark.parametrize("made", [Results, LocalizationResults])
def test_equal_results_give_equal_bytes(
    tmp_path: Path, made: type[Results | LocalizationResults]
) -> None:
    results = made(tmp_path)
    first = render_results(results).read_bytes()
    tables = {path: path.read_bytes() for path in (results.root / "report").iterdir()}
    assert render_results(results).read_bytes() == first
    assert tables == {path: path.read_bytes() for path in (results.root / "report").iterdir()}
