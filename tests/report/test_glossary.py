"""The abbreviations of segmentation and of MoRe are explained where they are first used."""

import re
from html import unescape
from pathlib import Path

from methods.more.words import TERMS as TERMS_OF_MORE
from methods.reporting.segmentation_words import TERMS
from tests.report.outline import Outline, section


def test_abbreviations_stand_at_the_head_of_segmentation(page: Path, both_page: Path) -> None:
    for shown in (page, both_page):
        text = section(shown.read_text("utf-8"), "post-processing")
        listed = re.search(
            r"</h2>\s*<details><summary>Abbreviations</summary>\s*<dl>(.*?)</dl>", text
        )
        assert listed is not None
        words = [unescape(word.strip()) for word in Outline(listed[1]).words if word.strip()]
        assert dict(zip(words[::2], words[1::2], strict=True)) == {**TERMS, **TERMS_OF_MORE}


def test_every_abbreviation_of_more_has_an_entry(page: Path) -> None:
    """Those in capitals that the page itself uses of segmentation."""
    named = set(re.findall(r"\w+", " ".join((*TERMS, *TERMS_OF_MORE))))
    used = {"mIoU", "CAM", "LAM", "PAR", "CRE", "URE", "PTC", "GCR", "CRF", "token", "F1"}
    assert used <= named
    text = page.read_text("utf-8")
    assert [word for word in sorted(used) if word not in text] == []
