"""The list of files beside the page: all of them, each with what it is and how large."""

import re
from pathlib import Path

from methods.data.files import read_json
from tests.report.conftest import rows_of
from tests.report.outline import section

_ROW = re.compile(
    r'<tr><td class="file"><a href="(.*?)">(.*?)</a></td><td class="text">(.*?)</td>'
    r'<td class="count">(.*?)</td><td class="count">(.*?)</td></tr>'
)
DASH = "\u2013"


def listed(page: Path) -> dict[str, tuple[str, str, str]]:
    """What the page says of each file: what it is, its rows, its bytes."""
    rows = _ROW.findall(section(page.read_text("utf-8"), "downloads"))
    assert all(link == file for link, file, *_ in rows)
    return {file: (what, rows, size) for _, file, what, rows, size in rows}


def test_every_file_beside_the_page_is_listed_with_its_size(any_page: Path) -> None:
    root = any_page.parent
    found = listed(any_page)
    written = {path.relative_to(root).as_posix() for path in (root / "report").iterdir()}
    others = {"verdicts.json", "ro-crate-metadata.json", "receipts.json"} & set(found)
    assert set(found) == written | others
    assert {"verdicts.json", "ro-crate-metadata.json"} <= others
    assert found.pop("ro-crate-metadata.json")[1:] == (DASH, DASH)
    for file, (what, rows, size) in found.items():
        assert what
        assert int(size.replace("\u202f", "")) == (root / file).stat().st_size
        if file.endswith(".csv"):
            assert int(rows.replace("\u202f", "")) == len(rows_of(any_page, Path(file).stem))
        else:
            assert rows == DASH


def test_receipts_are_listed_where_something_is_packed(page: Path, boxes_page: Path) -> None:
    assert "receipts.json" in listed(page)
    assert read_json(page.parent / "receipts.json")["packages"]
    assert "receipts.json" not in listed(boxes_page)
