"""No number of the page is without a file: those that no rule explains fail."""

import random
from pathlib import Path

import pytest

from tests.report.both_results import BothResults
from tests.report.evidence import RULES, Evidence
from tests.report.localization_results import LocalizationResults
from tests.report.numbers import NUMBER, blocks, reading
from tests.report.results import REPOSITORY, Results

PLAIN = ("found", "size of a file", "rows of a table")  # what needs no arithmetic
AnyResults = Results | BothResults | LocalizationResults


def evidence_of(results: AnyResults) -> Evidence:
    benchmarks = results.sources().benchmarks
    claims = [REPOSITORY / name for name in results.experiment["claims"]]
    papers = [REPOSITORY / "claims/more.yaml", REPOSITORY / "claims/cdtr.yaml"]
    records = (REPOSITORY / "claims/reference").iterdir()
    others = [*claims, *records, *benchmarks]
    return Evidence(results.root, others, results.experiment, papers)


@pytest.fixture(scope="module")
def both_evidence(both: BothResults, both_page: Path) -> Evidence:
    return evidence_of(both)


def test_every_number_of_segmentation_is_in_a_file(results: Results, page: Path) -> None:
    counted, orphans = evidence_of(results).explain(page.read_text("utf-8"))
    assert orphans == []
    assert sum(counted[rule] for rule in PLAIN) > 0.9 * counted.total()


def test_every_number_of_both_tasks_is_in_a_file(both_evidence: Evidence, both_page: Path) -> None:
    counted, orphans = both_evidence.explain(both_page.read_text("utf-8"))
    assert orphans == []
    assert set(counted) == set(RULES)  # a rule that explains nothing is one too many
    assert sum(counted[rule] for rule in PLAIN) > 0.9 * counted.total()


@pytest.mark.parametrize(
    ("before", "planted"),
    [
        ("</h1>", "<p>Reproduced to 87.317 % mIoU.</p>"),
        ("</h1>", "<p>It is 98765 points above.</p>"),
        ("</h1>", "<p>It saw 98765 images</p>"),
        ("</h1>", "<p>Reproduced 1449 of 1,464 images.</p>"),
        ("</h1>", "<p>It took 98\u202f765 steps.</p>"),
        ("</summary>", "<ul><li>Validated (98765).</li></ul>"),
        ("<tbody>", '<tr><td class="number">98765</td></tr>'),
        ("<tbody>", '<tr><td class="count">98\u202f765</td></tr>'),
        ("</figcaption>", "<svg><text>98765 jobs</text></svg>"),
        ("<tbody>", '<tr><td class="number">87.317</td></tr>'),
        ("</figcaption>", "<svg><text>87.317</text></svg>"),
        ("</figcaption>", '<img alt="IoU 87.317">'),
        ("</summary>", "<ul><li>Half of it, \u221287.317.</li></ul>"),
    ],
)
def test_a_number_that_no_file_holds_is_found(
    both_evidence: Evidence, both_page: Path, before: str, planted: str
) -> None:
    html = both_page.read_text("utf-8").replace(before, before + planted, 1)
    _, orphans = both_evidence.explain(html)
    assert [orphan.partition(" in ")[0] for orphan in orphans] == NUMBER.findall(planted)


def test_few_numbers_pass_by_chance(both_evidence: Evidence) -> None:
    draw = random.Random(0)
    rates = "".join(f"<p>{draw.uniform(0, 100):.2f} % mIoU</p>" for _ in range(200))
    counts = "".join(f"<p>{draw.randrange(1000, 100_000)} images</p>" for _ in range(200))
    for drawn in (rates, counts):
        _, orphans = both_evidence.explain(drawn)
        assert len(orphans) >= 0.8 * 200


def test_numbers_are_read_as_the_page_writes_them() -> None:
    (sentence, table, figure) = blocks(
        "<p>From \u22121.50 to +2e-5 and 6.1e-05 by 3 points, 20 %; Python 3.11.2, a/0.5.json,"
        " 2026-01-02, 10:30, CVPR 2020, 95 % interval, 17 images, 1,464 or 12\u202f345 of 3.</p>"
        "<table id='t'><tr><td class='digest'>1.5</td><td>(61.98\u201375.33)</td></tr></table>"
        "<figure id='f'><svg><g class='tick'><text>0.05</text>"
        "<text>oracle, 0.06</text></g><text>7.25</text></svg></figure>"
    )
    numbers = ["\u22121.50", "6.1e-05", "3", "20", "17", "1,464", "12\u202f345", "3"]
    assert sentence.numbers == numbers
    assert table.numbers == ["61.98", "75.33"]
    assert figure.numbers == ["0.06", "7.25"]


def test_a_value_reads_like_a_number_at_its_digits() -> None:
    values = [-1.0, 1.0, 1.004, 1.006]
    assert reading("1.00", values) == [1.0, 1.004]
    assert reading("\u22121.00", values) == [-1.0]
    assert reading("6.7e-07", [6.67e-7, 6.8e-7]) == [6.67e-7]
    assert reading("12\u202f345", [12344.4, 12345.0, 12345.6]) == [12345.0]
