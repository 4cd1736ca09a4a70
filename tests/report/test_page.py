"""The page says what the results files say, and nothing else."""

import csv
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.reporting.tables import Kind, show
from tests.report.conftest import render_results
from tests.report.results import Results

HOSTILE = ["<script>alert(1)</script>", "a&b", 'q"uote', "$x^2$", "it's", "été"]


class Outline(HTMLParser):
    """Collects what the tests ask about a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, tag: str, attribute: str) -> list[str]:
        found = [attributes.get(attribute) for name, attributes in self.tags if name == tag]
        return [value for value in found if value is not None]

    @property
    def ids(self) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get("id"))]


@pytest.fixture(scope="module")
def outline(page: Path) -> Outline:
    return Outline(page.read_text("utf-8"))


def rows_of(page: Path, table: str) -> list[dict[str, str]]:
    with (page.parent / f"report/{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_sections_come_in_the_order_of_trust(outline: Outline) -> None:
    sections = outline.values("section", "id")
    assert sections == [
        "verdicts",
        "limits",
        "post-processing",
        "curves",
        "per-class",
        "gallery",
        "data",
        "machine",
        "chain",
    ]


def test_headings_never_skip_a_level(outline: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_ids_are_unique_and_every_link_leads_somewhere(page: Path, outline: Outline) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    links = outline.values("a", "href")
    assert links
    for link in links:
        if link.startswith("#"):
            assert link[1:] in outline.ids
        else:
            assert (page.parent / unquote(link)).is_file()


def test_every_figure_and_picture_says_what_it_shows(outline: Outline) -> None:
    pictures = [attributes for tag, attributes in outline.tags if tag == "img"]
    assert pictures
    assert all(picture["alt"] and picture["src"] for picture in pictures)
    drawings = [attributes for tag, attributes in outline.tags if tag == "svg"]
    assert len(drawings) >= 10
    for drawing in drawings:
        assert set(str(drawing["aria-labelledby"]).split()) <= set(outline.ids)


def test_one_file_without_scripts_or_addresses(page: Path, outline: Outline) -> None:
    text = page.read_text("utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "script" not in {tag for tag, _ in outline.tags}
    assert page.stat().st_size < 5_000_000


def test_equal_results_give_equal_bytes(tmp_path: Path) -> None:
    results = Results(tmp_path)
    first = render_results(results).read_bytes()
    tables = {path: path.read_bytes() for path in (results.root / "report").iterdir()}
    assert render_results(results).read_bytes() == first
    assert tables == {path: path.read_bytes() for path in (results.root / "report").iterdir()}


def test_the_page_follows_a_metrics_file(tmp_path: Path) -> None:
    results = Results(tmp_path)
    path = results.root / "more/seed0/metrics/val.crf.json"
    metrics = read_json(path)
    metrics["miou"] = 43.21
    metrics["per_class"]["bird"]["iou"] = 12.34
    write_json(path, metrics)
    results.judge()
    page = render_results(results)
    text = page.read_text("utf-8")
    assert "43.21 % mIoU" in text
    assert "12.34" in text
    verdicts = {row["id"]: row for row in rows_of(page, "verdicts")}
    assert float(verdicts["mini-segmentation"]["measured"]) == 43.21
    assert verdicts["mini-segmentation"]["verdict"] == "fails"
    ladder = {row["stage"]: row for row in rows_of(page, "ladder")}
    assert float(ladder["multi-scale + flip + CRF"]["mIoU (%)"]) == 43.21
    links = {row["link"]: row for row in rows_of(page, "chain-more-seed0")}
    assert links["metrics, crf"]["sha256"] == sha256(path)


def test_text_from_the_results_is_escaped(tmp_path: Path) -> None:
    page = render_results(Results(tmp_path, classes=HOSTILE))
    text = page.read_text("utf-8")
    outline = Outline(text)
    assert "script" not in {tag for tag, _ in outline.tags}
    for name in HOSTILE:
        assert any(name == word.strip() for word in outline.words)
    assert [row["class"] for row in rows_of(page, "classes")][1:] == HOSTILE


def test_tables_and_csv_hold_the_same_cells(page: Path) -> None:
    tables = re.findall(
        r'<div class="table" id="([^"]+)">.*?<tbody>(.*?)</tbody>', page.read_text("utf-8"), re.S
    )
    assert {name for name, _ in tables} == {
        path.stem for path in (page.parent / "report").glob("*.csv")
    } - {"verdicts"}
    for name, body in tables:
        assert len(re.findall("<tr>", body)) == len(rows_of(page, name))
    body = dict(tables)["ladder"]
    for row in rows_of(page, "ladder"):
        assert f">{float(row['mIoU (%)']):.2f}<" in body


def test_verdicts_that_need_a_reader_are_repeated_before_the_figures(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.judge("claims/more.yaml")
    page = render_results(results)
    text = page.read_text("utf-8")
    limits = text[text.index('id="limits"') : text.index('id="post-processing"')]
    assert "test" in limits
    assert limits.count("Not evaluated") == 1
    assert re.search(r"<h1>\d of 5 claims are consistent with the publication</h1>", text)
    verdicts = {row["id"]: row for row in rows_of(page, "verdicts")}
    assert verdicts["more-voc-test-miou"]["verdict"] == "not evaluated"
    assert verdicts["more-voc-test-miou"]["measured"] == ""
    assert verdicts["more-voc-val-miou"]["bound or published value"] == "76.40 ± 1.00"


def test_a_part_of_a_split_is_called_void(tmp_path: Path) -> None:
    results = Results(tmp_path)
    path = results.root / "more/seed0/metrics/val.raw.json"
    metrics = read_json(path)
    metrics["coverage"]["evaluated"] -= 1
    write_json(path, metrics)
    text = render_results(results).read_text("utf-8")
    assert "Void: more, seed 0, val, raw covers 7 of 8 images." in text
    assert "Every score covers every image" not in text


def test_a_missing_file_is_one_sentence_and_leaves_no_page(tmp_path: Path) -> None:
    results = Results(tmp_path)
    (results.root / "more/seed0/metrics/cross_check.json").unlink()
    with pytest.raises(InputError, match=r"cross_check\.json: found no file"):
        render_results(results)
    assert not (results.root / "report.html").exists()


def test_a_fixed_image_must_be_in_the_split(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.run["gallery"] = ["2012_000001"]
    with pytest.raises(InputError, match="found 2012_000001, expected ids of val"):
        render_results(results)


def test_worst_and_best_images_are_ranked_by_their_own_score(page: Path) -> None:
    text = page.read_text("utf-8")
    notes = [float(value) for value in re.findall(r"CRF mIoU (\d+\.\d\d) %</span>", text)]
    worst, best = notes[3:6], notes[6:9]
    assert worst == sorted(worst)
    assert best == sorted(best, reverse=True)
    assert worst[0] < best[0]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.NUMBER, "\u2013"),
        (-1.005, Kind.SIGNED, "\u22121.00"),
        (-0.001, Kind.SIGNED, "0.00"),
        (2.5, Kind.SIGNED, "+2.50"),
        (12345, Kind.COUNT, "12\u202f345"),
        ("a", Kind.NUMBER, "a"),
    ],
)
def test_cells_have_two_decimals_and_true_signs(
    value: float | str | None, kind: Kind, text: str
) -> None:
    assert show(value, kind) == text
