"""Characters that nobody sees do no harm: neither to the order of a line, nor to a drawing."""

import re
from pathlib import Path

import pytest

from methods.reporting.marks import breakable, prose
from methods.wording import single_line, visible
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
    joined = "\u0645\u06cc\u200c\u062e\u0648, \U0001f468\u200d\U0001f469"
    assert visible(joined) == joined
    assert visible("\u200fa\u2069") == "[U+200F]a[U+2069]"


@pytest.mark.parametrize("code", [0x200B, 0xFEFF, 0xAD, 0x2060, 0x2028, 0x206A, 0xE0041])
def test_what_has_no_width_is_written_out(code: int) -> None:
    assert visible(f"a{chr(code)}b") == f"a[U+{code:04X}]b"


def test_a_line_of_the_terminal_is_one_line() -> None:
    assert single_line("two\nlines,\t a \x1b[31mred\r\n") == "two lines, a [U+001B][31mred"


def test_a_sentence_has_true_minus_signs_and_whole_percentages() -> None:
    assert prose("-1.00 to -0.5 (-3), 1e-09, 71.88 % of 5 %") == (
        "\u22121.00 to \u22120.5 (\u22123), 1e\u221209, 71.88\u00a0% of 5\u00a0%"
    )
    kept = "2026-11-24, Top-1, a/-1.json, 3-5, v1.-2, % of them"
    assert prose(kept) == kept


def test_a_dotted_name_may_break_behind_its_marks_and_stays_escaped() -> None:
    assert breakable("text.context_length") == "text.<wbr>context_<wbr>length"
    assert breakable("<i>_a") == "&lt;i&gt;_<wbr>a"
    assert breakable("plain") == "plain"
