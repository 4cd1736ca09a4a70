"""Characters that nobody sees do no harm: neither to the order of a line, nor to a drawing."""

import re
from pathlib import Path

import pytest

from methods.reporting.marks import prose, visible
from tests.report.conftest import render_results, rows_of
from tests.report.localization_results import LocalizationResults
from tests.report.results import Results

UNSEEN = ["right\u202eleft", "\u2067isolated", "mark\u200f", "be\x07ll", "\x1b[31mred", "c\x85one"]
_HARM = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


@pytest.mark.filterwarnings("ignore:Glyph .* missing from font")
@pytest.mark.parametrize(
    ("made", "table"), [(Results, "classes"), (LocalizationResults, "localization_classes")]
)
def test_control_and_direction_characters_are_written_out(
    tmp_path: Path, made: type[Results | LocalizationResults], table: str
) -> None:
    page = render_results(made(tmp_path, classes=UNSEEN))
    text = page.read_text("utf-8")
    assert _HARM.findall(text) == []
    assert "right[U+202E]left" in text
    assert "be[U+0007]ll" in text
    names = {row["class"] for row in rows_of(page, table)} - {"background"}
    assert names == set(UNSEEN)  # a file of data has them as they are


def test_all_else_stays() -> None:
    kept = "Tab\t, line\n, \u05d0\u05d1\u05d2, \u0627\u0644, caf\u00e9, \u2212\u202f\u00a0"
    assert visible(kept) == kept
    assert visible("\u200fa\u2069") == "[U+200F]a[U+2069]"


def test_a_sentence_has_true_minus_signs_and_whole_percentages() -> None:
    assert prose("-1.00 to -0.5 (-3), 1e-09, 71.88 % of 5 %") == (
        "\u22121.00 to \u22120.5 (\u22123), 1e\u221209, 71.88\u00a0% of 5\u00a0%"
    )
    kept = "2026-11-24, Top-1, a/-1.json, 3-5, v1.-2, % of them"
    assert prose(kept) == kept
