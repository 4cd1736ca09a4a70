"""What axe-core, the rules that browsers' accessibility tools use, says about the page."""

from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

Scheme = Literal["light", "dark"]
OPTIONS = {"resultTypes": ["violations", "incomplete"]}
HEAVY = ("serious", "critical")


def look(browser: Browser, page: Path, width: int, scheme: Scheme, harm: str = "") -> list[str]:
    """The serious and critical violations of a page with all its panels open."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    tab = context.new_page()
    tab.goto(page.as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(panel => panel.open = true)")
    if harm:
        tab.evaluate(harm)
    response = Axe().run(tab, options=OPTIONS).response
    context.close()
    # Where text lies on a drawing, axe cannot tell the colour behind it; all else it can.
    assert {rule["id"] for rule in response["incomplete"]} <= {"color-contrast"}
    return [
        f"{rule['id']}: {node['html']}"
        for rule in response["violations"]
        if rule["impact"] in HEAVY
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (380, "light")])
def test_axe_finds_nothing_serious(
    browser: Browser, both_page: Path, width: int, scheme: Scheme
) -> None:
    assert look(browser, both_page, width, scheme) == []


def test_axe_finds_nothing_serious_on_a_small_dark_screen(
    browser: Browser, boxes_page: Path
) -> None:
    """The page of one task has all that a width and a scheme change, in a quarter of the time."""
    assert look(browser, boxes_page, 380, "dark") == []


@pytest.mark.parametrize(
    ("harm", "rule"),
    [
        ("document.querySelector('img').removeAttribute('alt')", "image-alt"),
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
    ],
)
def test_axe_sees_what_is_broken(browser: Browser, boxes_page: Path, harm: str, rule: str) -> None:
    assert [found.split(":")[0] for found in look(browser, boxes_page, 1280, "light", harm)] == [
        rule
    ]
