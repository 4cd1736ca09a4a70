"""The script of the page in a real browser: sorting, opening, and nothing else allowed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from methods.reporting.tables import Kind, show
from tests.report.conftest import rows_of

MIOU = "mIoU (%), 95 % interval"


@pytest.fixture
def tab(browser: Browser, both_page: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto(both_page.as_uri())
    yield opened
    context.close()


def column(table: Locator, label: str) -> list[str]:
    """The texts of a column, from top to bottom."""
    labels = [text.strip() for text in table.locator("thead th").all_inner_texts()]
    at = labels.index(label)
    return table.locator(f"tbody tr td:nth-child({at + 1})").all_inner_texts()


def test_a_click_sorts_by_the_numbers_and_a_third_one_gives_the_first_order_back(
    tab: Page, both_page: Path
) -> None:
    table = tab.locator("#ladder table")
    written = [show(float(row["mIoU (%)"]), Kind.NUMBER) for row in rows_of(both_page, "ladder")]
    assert written != sorted(written)
    head = table.get_by_role("columnheader", name=MIOU)
    for state, expected in (
        ("ascending", sorted(written)),
        ("descending", sorted(written, reverse=True)),
        ("none", written),
    ):
        head.get_by_role("button").click()
        assert head.get_attribute("aria-sort") == state
        shown = [text.split()[0] for text in table.locator("tbody td.interval").all_inner_texts()]
        assert shown == expected


def test_it_sorts_by_keyboard_and_one_column_at_a_time(tab: Page) -> None:
    table = tab.locator("#ladder table")
    gain = table.get_by_role("columnheader", name="gain (points)").get_by_role("button")
    gain.focus()
    tab.keyboard.press("Enter")
    shown = column(table, "gain (points)")
    dashes = shown.count("\u2013")
    assert dashes > 0
    assert shown[-dashes:] == ["\u2013"] * dashes  # what is not defined stays below
    values = [float(text.replace("\u2212", "-")) for text in shown[:-dashes]]
    assert values == sorted(values)
    assert len(set(values)) > 2
    for _ in range(2):
        tab.keyboard.press("Tab")  # by the second scorer to the scales
    tab.keyboard.press("Enter")
    states = table.locator("thead th").evaluate_all("all => all.map(th => th.ariaSort)")
    assert states.count("none") == len(states) - 1
    names = column(table, "scales")
    assert names == sorted(names)
    assert len(set(names)) > 1


def test_sizes_are_sorted_by_bytes_whatever_their_units(tab: Page) -> None:
    table = tab.locator("#timings table")
    table.evaluate("table => table.closest('details').open = true")
    sizes = ["2.0 MB", "950 kB", "1.1 GB"]
    table.locator("tbody td.size:last-child").evaluate_all(
        "(cells, sizes) => cells.forEach((cell, at) => cell.textContent = sizes[at % 3])", sizes
    )
    table.get_by_role("button", name="made").click()
    shown = column(table, "made")
    assert shown == sorted(shown, key=["950 kB", "2.0 MB", "1.1 GB"].index)
    assert len(set(shown)) > 1


def test_rows_keep_their_cells(tab: Page) -> None:
    rows = "() => [...document.querySelectorAll('#ladder tbody tr')].map(tr => tr.innerText)"
    before = tab.evaluate(rows)
    tab.locator("#ladder").get_by_role("button", name=MIOU).click()
    after = tab.evaluate(rows)
    assert after != before
    assert sorted(after) == sorted(before)


def test_without_javascript_no_button_is_there(browser: Browser, both_page: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(both_page.as_uri())
    assert tab.get_by_role("button").count() == 0
    assert tab.locator("#ladder thead th").first.inner_text() == "run"
    first = tab.locator(".card").first
    assert not first.locator(".steps").first.is_visible()
    first.locator("summary").click()
    assert first.locator(".steps").first.is_visible()
    context.close()


def test_the_policy_allows_no_other_script(
    browser: Browser, both_page: Path, tmp_path: Path
) -> None:
    text = both_page.read_text("utf-8")
    planted = "<script>document.title = 'planted'</script><img src='data:,' onerror='alert(1)'>"
    changed = text.replace("</main>", f"</main>{planted}")
    altered = text.replace('"use strict";', '"use strict"; document.title = "altered";')
    assert text not in (changed, altered)
    for html in (changed, altered):
        page = tmp_path / "page.html"
        page.write_text(html, encoding="utf-8")
        context = browser.new_context()
        tab = context.new_page()
        refused: list[str] = []
        tab.on("console", lambda message, refused=refused: refused.append(message.text))
        tab.goto(page.as_uri())
        assert tab.title() not in ("planted", "altered")
        assert any("Content Security Policy" in text for text in refused)
        assert (tab.locator("th button").count() > 0) == (html == changed)
        context.close()


def test_a_link_opens_the_panel_that_it_leads_into(tab: Page) -> None:
    panel, chain = (tab.locator(f"#{name}chain-cdtr-seed0") for name in ("files-", ""))
    whole = panel.get_by_role("link", name="whole chain")
    assert not whole.is_visible()
    assert not chain.is_visible()
    tab.locator("#claim-birds-gt-known + tr summary").click()
    tab.get_by_role("link", name="cdtr, seed 0").click()
    whole.click()
    chain.wait_for(state="visible")
    tab.wait_for_function(
        "document.querySelector('#chain-cdtr-seed0').getBoundingClientRect().top < 900"
    )


def test_a_table_that_is_wider_than_its_place_says_so(browser: Browser, both_page: Path) -> None:
    context = browser.new_context(viewport={"width": 380, "height": 800})
    tab = context.new_page()
    tab.goto(both_page.as_uri())
    told = tab.evaluate(
        "async () => {"
        " for (const panel of document.querySelectorAll('details')) panel.open = true;"
        " for (const _ of [0, 1]) await new Promise(requestAnimationFrame);"  # sizes are observed
        " return [...document.querySelectorAll('.scroll')].map(s =>"
        " [s.parentElement.id, s.scrollWidth > s.clientWidth,"
        " s.parentElement.querySelector('.hint').checkVisibility()]) }"
    )
    assert {wide for _, wide, _ in told} == {True, False}
    assert [name for name, wide, hinted in told if wide != hinted] == []
    context.close()
