"""Every claim leads to its files, and these to the data, each with digest and relative path."""

import re
from pathlib import Path

import pytest

from methods.data.files import read_json, sha256
from tests.report.conftest import rows_of

BEHIND = (
    "archives, and what was extracted",
    "data manifest",
    "weights card",
    "resolved configuration",
    "journal of the training",
    "checkpoint",
    "choice of the checkpoint",
    "verdicts",
)


@pytest.fixture
def chains(any_page: Path) -> dict[str, list[dict[str, str]]]:
    """The links of each chain of a page, by its anchor."""
    names = [path.stem for path in (any_page.parent / "report").glob("chain-*.csv")]
    return {name: rows_of(any_page, name) for name in names}


def test_every_link_is_a_file_with_this_digest(
    any_page: Path, chains: dict[str, list[dict[str, str]]]
) -> None:
    for rows in chains.values():
        for row in rows:
            path = any_page.parent / row["file"]
            assert not Path(row["file"]).is_absolute()
            assert (path.stat().st_size, sha256(path)) == (int(row["bytes"]), row["sha256"])


def test_every_chain_has_all_its_links_in_order(chains: dict[str, list[dict[str, str]]]) -> None:
    assert any(name.endswith("-controls") for name in chains)
    for name, rows in chains.items():
        links = [row["link"] for row in rows]
        assert links[0] == BEHIND[0]
        assert links[-2].startswith("claims, ")
        assert links[-1] == "experiment"
        if name.endswith("-controls") or "given checkpoint" in links:
            continue
        assert [link for link in links if link in BEHIND] == list(BEHIND)
        assert any(link.startswith("predictions, ") for link in links)
        assert any(link.startswith("metrics, ") for link in links)


def test_what_a_verdict_read_stands_in_the_chain_that_its_claim_leads_to(
    any_page: Path, chains: dict[str, list[dict[str, str]]]
) -> None:
    panels = re.findall(
        r'<details class="files" id="files-(.*?)">.*?<a href="#(.*?)">whole chain</a>',
        any_page.read_text("utf-8"),
        re.S,
    )
    assert panels
    assert all(panel == chain for panel, chain in panels)
    behind = {row["file"] for _, chain in panels for row in chains[chain]}
    for entry in read_json(any_page.parent / "verdicts.json")["verdicts"]:
        read = {file for file in entry["files"] if not file.startswith("controls/")}
        assert read <= behind
