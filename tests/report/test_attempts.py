"""Every attempt at a training is listed on the page."""

import re
from pathlib import Path

from methods.reporting.attempts import build_attempts
from tests.report.attempts import SENTENCE, write_attempt, write_attempts
from tests.report.conftest import render_results, rows_of
from tests.report.outline import section as report_section
from tests.report.results import Results


def section(page: Path) -> str:
    text = page.read_text("utf-8")
    found = re.search(r'<section id="attempts-section">.*?</section>', text, re.S)
    assert found is not None
    return found[0]


def test_all_attempts_are_listed_with_their_reasons(page: Path) -> None:
    rows = rows_of(page, "attempts")
    assert [row["outcome"] for row in rows] == [
        *("failed", "interrupted", "superseded"),
        *("finished", "finished"),
    ]
    assert rows[0]["reason"] == SENTENCE
    assert (rows[0]["run"], rows[0]["seed"], rows[0]["host"]) == ("more", "0", "node7")
    assert rows[0]["started (UTC)"] == "2026-07-05 10:01:00"
    assert rows[0]["ended (UTC)"] == "2026-07-05 10:01:59"
    assert rows[0]["journal"] == rows[0]["record"].replace(".json", ".journal.csv")
    assert rows[1]["ended (UTC)"] == ""
    assert "No end was recorded" in rows[1]["reason"]
    assert rows[2]["reason"] == "Made again with other settings."
    assert rows[3]["journal"] == "more/seed0/train/journal.csv"
    text = section(page)
    assert "5 attempts at 2 trainings: 2 finished, 1 superseded, 1 failed, 1 interrupted." in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<details open>" in text


def test_the_page_of_results_without_a_registry_says_so(boxes_page: Path) -> None:
    assert "<p>No attempt at a training was recorded.</p>" in section(boxes_page)
    assert not (boxes_page.parent / "report/attempts.csv").exists()


def test_first_attempts_that_finished_are_one_line(tmp_path: Path) -> None:
    write_attempt(tmp_path, "01")
    write_attempt(tmp_path, "02", job="more.seed1")
    part = build_attempts(tmp_path)
    assert part.sentence == "2 trainings, finished at the first attempt."
    assert not part.open
    assert len(part.table.rows) == 2


def test_a_finished_training_that_is_left_out_is_named_among_the_limits(tmp_path: Path) -> None:
    results = Results(tmp_path)
    write_attempts(results.root)  # more.seed0 is shown, no_gcr.seed1 is not
    write_attempt(results.root, "06", job="more.seed1", outcome="failed", reason="So.")
    write_attempt(results.root, "07", job="more+rehearsal.seed1")
    limits = report_section(render_results(results).read_text("utf-8"), "limits")
    assert limits.count("Not shown: ") == 1
    assert (
        "Not shown: run no_gcr was also trained with seed 1, to the end on 2026-07-05 10:05:59"
        " (UTC). The configuration names it no longer, and no verdict counts it." in limits
    )


def test_equal_attempts_give_equal_pages_and_a_broken_record_is_told(tmp_path: Path) -> None:
    results = Results(tmp_path)
    write_attempts(results.root)
    first = render_results(results).read_bytes()
    assert render_results(results).read_bytes() == first
    broken = write_attempt(results.root, "06")
    broken.write_text('{"rule": "<b>', encoding="utf-8")
    text = section(render_results(results))
    assert f"{broken.name}: found text that is not JSON" in text
    assert "5 attempts at 2 trainings" in text
