"""What stands beside the axes of a training's curves."""

import re

import numpy as np
import pytest

from methods.cdtr.words import TITLES as TITLES_OF_CDTR
from methods.more.words import TITLES as TITLES_OF_MORE
from methods.reporting.curve_drawing import draw_curves
from methods.reporting.journal_units import journal_unit
from methods.reporting.plots import Curve


def test_every_column_has_the_unit_of_its_values() -> None:
    units = {column: journal_unit(column) for column in (*TITLES_OF_MORE, *TITLES_OF_CDTR)}
    others = {column: unit for column, unit in units.items() if unit != "loss"}
    del units["epoch"]  # which is not drawn
    assert others == {
        "gradient_norm": "norm",
        "lr_encoder": "learning rate",
        "lr_heads": "learning rate",
        "lr": "learning rate",
        "images_per_second": "images / s",
        "data_wait_seconds": "s",
        "skipped_steps": "steps",
        "distinct_images": "images",
        **{f"weight_{term}": "weight" for term in ("x", "att", "area", "map", "dnc")},
    }


@pytest.mark.parametrize(
    ("value", "ticks"), [(0.0, ["0.0", "0.5", "1.0"]), (3.0, ["3", "4", "5", "6"])]
)
def test_a_constant_is_drawn_on_an_axis_of_its_own_units(value: float, ticks: list[str]) -> None:
    curve = Curve("seed 0", np.arange(100), np.full(100, value))
    svg = str(draw_curves("c", "skipped steps", "steps", [curve], []).svg)
    shown = re.findall(r'class="tick".*?<text[^>]*>([^<]*)</text>', svg, re.S)
    assert [tick for tick in shown if tick not in ("0", "20", "40", "60", "80", "50")] == ticks


def test_a_description_has_true_minus_signs() -> None:
    curve = Curve("seed 0", np.arange(2), np.array([-0.5, 0.25]))
    drawn = draw_curves("c", "energy", "loss", [curve], [])
    assert drawn.description == "energy by iteration: seed 0 from \u22120.5 to 0.25."
