"""The page of both tasks in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from methods.reporting.jobs_drawing import draw_graph
from methods.reporting.jobs_graph import RuleGraph, RuleNode
from tests.report.results import REPOSITORY

Scheme = Literal["light", "dark"]


@pytest.fixture
def phone(browser: Browser, both_page: Path) -> Iterator[Page]:
    """The page on a small screen, with JavaScript."""
    context = browser.new_context(viewport={"width": 380, "height": 800})
    tab = context.new_page()
    tab.goto(both_page.as_uri())
    yield tab
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_requested_and_nothing_complains(
    browser: Browser, both_page: Path, scheme: Scheme
) -> None:
    context = browser.new_context(color_scheme=scheme)
    tab = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(both_page.as_uri(), wait_until="networkidle")
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [both_page.as_uri()]
    context.close()


def test_a_small_screen_scrolls_one_way_only(phone: Page) -> None:
    assert phone.evaluate("document.documentElement.scrollWidth") == 380


def test_text_in_figures_is_readable_on_a_small_screen(phone: Page) -> None:
    heights = phone.evaluate(
        "[...document.querySelectorAll('svg text')].map(text => {"
        " const scale = text.getScreenCTM(); return Math.hypot(scale.a, scale.b)"
        " * parseFloat(getComputedStyle(text).fontSize) })"
    )
    assert min(heights) >= 9


@pytest.mark.parametrize(("rules", "scrolls"), [(2, False), (12, True)])
@pytest.mark.parametrize("screen", [1280, 380])
def test_a_graph_of_rules_keeps_its_size(
    browser: Browser, rules: int, scrolls: bool, screen: int
) -> None:
    nodes = tuple(RuleNode(f"rule_{number}", 1, 1.0) for number in range(rules))
    edges = tuple((nodes[0].name, node.name) for node in nodes[1:])  # side by side in one row
    svg = draw_graph("rules", "The rules", RuleGraph(nodes, edges)).svg
    style = (REPOSITORY / "methods/reporting/templates/report.css").read_text("utf-8")
    tab = browser.new_page(viewport={"width": screen, "height": 800})
    tab.set_content(
        f"<!doctype html><style>{style}</style>"
        f'<div class="scroll graph"><figure class="drawing">{svg}</figure></div>'
    )
    drawn, whole, shown = tab.evaluate(
        "(() => { const svg = document.querySelector('svg');"
        " const at = document.querySelector('.scroll');"
        " return [svg.getBoundingClientRect().width / svg.viewBox.baseVal.width,"
        " at.scrollWidth, at.clientWidth] })()"
    )
    tab.close()
    assert 0.99 <= drawn <= 1.21
    assert (whole > shown) == scrolls


def test_every_picture_decodes(phone: Page) -> None:
    widths = phone.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert widths
    assert min(widths) > 0


def test_every_anchor_resolves(phone: Page) -> None:
    lost = phone.evaluate(
        "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.getAttribute('href'))"
        ".filter(href => !document.getElementById(href.slice(1)))"
    )
    assert lost == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background(
    browser: Browser, both_page: Path, scheme: Scheme
) -> None:
    context = browser.new_context(color_scheme=scheme)
    tab = context.new_page()
    tab.goto(both_page.as_uri())
    colors = tab.evaluate(
        "[['body', 'body'], ['.lead', 'body'], ['a', 'body'], ['.mark.good', '.mark.good']]"
        ".map(([text, ground]) => [getComputedStyle(document.querySelector(text)).color,"
        " getComputedStyle(document.querySelector(ground)).backgroundColor])"
    )
    for text, ground in colors:
        assert contrast(text, ground) >= 4.5
    context.close()


def test_the_page_works_without_javascript(browser: Browser, both_page: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(both_page.as_uri())
    assert tab.get_by_role("heading", level=1).is_visible()
    assert tab.get_by_role("row").filter(has_text="at least 55").first.is_visible()
    deviation = tab.locator("#deviations")
    assert not deviation.is_visible()
    tab.get_by_text("Settings that differ from the authors’:").click()
    assert deviation.is_visible()
    weights = tab.locator("#weights")
    assert not weights.is_visible()
    tab.get_by_text("What the pretrained weights saw", exact=True).click()
    assert weights.is_visible()
    context.close()


def test_print_opens_what_matters_and_leaves_lists_of_files_out(phone: Page) -> None:
    shown = ("#checks", "#deviations", ".facts")
    left_out = ("#chain-cdtr-seed0", "#csv-files", ".steps", "nav")
    seen = {name: phone.locator(name).first for name in (*shown, *left_out)}
    assert not any(seen[name].is_visible() for name in (*shown, *left_out[:3]))
    phone.emulate_media(media="print")
    assert [name for name in seen if seen[name].is_visible()] == list(shown)


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two colours "rgb(r, g, b)"."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(color: str) -> float:
    channels = [int(value) / 255 for value in color.removeprefix("rgb(").rstrip(")").split(",")]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
