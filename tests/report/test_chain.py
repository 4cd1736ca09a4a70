"""Every claim leads to its files, and these to the data, each with digest and relative path."""

from pathlib import Path

import pytest

from methods.data.files import read_json, sha256
from tests.report.conftest import rows_of
from tests.report.outline import Outline

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


def test_every_claim_leads_to_the_files_that_its_verdict_read(
    any_page: Path, chains: dict[str, list[dict[str, str]]]
) -> None:
    verdicts = read_json(any_page.parent / "verdicts.json")["verdicts"]
    text = any_page.read_text("utf-8")
    judged = [entry for entry in verdicts if entry["files"]]
    assert judged
    for entry in judged:
        row = text[text.index(f'id="claim-{entry["id"]}"') :]
        row = row[: row.index('id="claim-', 10) if 'id="claim-' in row[10:] else len(row)]
        anchors = {href[1:] for href in Outline(row).values("a", "href") if "chain-" in href}
        linked = {link["file"] for anchor in anchors & set(chains) for link in chains[anchor]}
        assert set(entry["files"]) <= linked
