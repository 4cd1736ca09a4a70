"""Colours that stand in one picture stay apart for readers without red or green cones."""

import re
from pathlib import Path

import pytest

from methods.reporting.localization.frames import OURS, TRUE
from methods.reporting.palette import class_colors, label_palette
from tests.report.colour_vision import VISIONS, least_distance
from tests.report.results import REPOSITORY

CSS = (REPOSITORY / "methods/reporting/templates/report.css").read_text("utf-8")
THEMES = dict(zip(("light", "dark"), re.findall(r":root \{(.*?)\}", CSS, re.S)[:2], strict=True))
APART = 15  # CIELAB, of lines, marks and areas
MANY_APART = 8  # of 13 to 20 classes in one picture, whose legend and text name them
GROUND = "paper"  # on which lines of every colour stand; no mark has it


def test_the_simulation_takes_away_the_colours_that_are_confused() -> None:
    green, red, grey = "#7f8f26", "#c8602b", "#808080"
    assert least_distance([green, red], "normal")[0] > 40
    assert least_distance([green, red], "deuteranopia")[0] < 15
    for vision in VISIONS:  # what is grey stays so
        assert least_distance([grey, "#000000"], vision)[0] == pytest.approx(53.6, abs=0.1)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("vision", VISIONS)
def test_the_colours_of_every_drawing_stay_apart(any_page: Path, theme: str, vision: str) -> None:
    codes = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", THEMES[theme]))
    drawings = re.findall(
        r'<figure class="drawing" id="([^"]+)">(.*?)</figure>', any_page.read_text("utf-8"), re.S
    )
    used = {name: set(re.findall(r"var\(--([\w-]+)\)", svg)) - {GROUND} for name, svg in drawings}
    assert max(len(names) for names in used.values()) >= 4
    for name, names in used.items():
        if len(names) > 1:
            found = least_distance([codes[key] for key in sorted(names)], vision)
            assert found[0] >= APART, f"{name}: {found}"


@pytest.mark.parametrize("vision", VISIONS)
def test_all_lines_of_a_curve_stay_apart(vision: str) -> None:
    """More seeds than a fixture has: every colour, with the log and the marks of the objective."""
    names = [*(f"series-{number}" for number in range(1, 7)), "ink", "muted"]
    for theme, text in THEMES.items():
        codes = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))
        found = least_distance([codes[name] for name in names], vision)
        assert found[0] >= APART, f"{theme}: {found}"


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize(("number", "apart"), [(7, APART), (12, APART), (20, MANY_APART)])
def test_the_classes_of_one_picture_stay_apart(vision: str, number: int, apart: float) -> None:
    """With background and pixels that are not scored; VOC has 20 classes."""
    ground = [tuple(label_palette({})[label].tolist()) for label in (0, 255)]
    colors = [f"#{bytes(color).hex()}" for color in (*class_colors(number), *ground)]
    found = least_distance(colors, vision)
    assert found[0] >= apart, found


@pytest.mark.parametrize("vision", VISIONS)
def test_the_boxes_of_one_picture_stay_apart(vision: str) -> None:
    assert least_distance([TRUE.color, OURS.color], vision)[0] >= APART
