"""Ours minus the authors' log."""

from pathlib import Path

import numpy as np

from methods.reporting.curve_drawing import draw_curves
from methods.reporting.plots import Curve
from methods.reporting.residuals import lines_before, residual

OURS = Curve("seed 0", np.arange(10), np.arange(10.0))  # 0 to 9, ten iterations


def test_means_are_compared_over_the_iterations_of_a_line() -> None:
    lines = np.array([4, 8, 12])
    log = Curve("log", lines, np.array([1.0, 5.0, 0.0]), lines_before(lines))
    left = residual(OURS, log)
    assert left.iterations.tolist() == [4, 8]  # of 8 to 12 ours has a part
    assert left.values.tolist() == [1.5 - 1, 5.5 - 5]


def test_a_line_without_a_value_ends_no_mean() -> None:
    lines = np.array([4, 8])
    log = Curve("log", lines[1:], np.array([5.0]), lines_before(lines)[1:])
    assert residual(OURS, log).values.tolist() == [5.5 - 5]


def test_single_values_are_compared_at_their_iteration() -> None:
    ours = Curve("seed 0", np.array([2, 4, 6]), np.array([50.0, 60.0, 70.0]))
    left = residual(ours, Curve("log", np.array([4, 6, 8]), np.array([61.0, 68.0, 1.0])))
    assert left.iterations.tolist() == [4, 6]
    assert left.values.tolist() == [-1.0, 2.0]


def test_the_panel_is_drawn_where_there_is_a_residual() -> None:
    lines = np.array([4, 8])
    log = Curve("authors' log", lines, np.array([1.0, 5.0]), lines_before(lines))
    beyond = Curve("authors' log", lines + 100, np.array([1.0, 5.0]), lines + 96)
    drawn = {
        name: str(draw_curves("c", "CRE", "loss", [OURS], [], reference).svg)
        for name, reference in (("both", log), ("apart", beyond), ("none", None))
    }
    labels = {name: svg.count(">ours \u2212 log<") for name, svg in drawn.items()}
    assert labels == {"both": 1, "apart": 0, "none": 0}
    for svg in drawn.values():
        assert svg.count(">iteration<") == 1
        assert svg.count(">loss<") == 1
    assert "ours minus the log" in drawn["both"]
    assert "ours minus the log" not in drawn["apart"]


def test_a_page_with_a_log_has_residuals_and_one_without_has_none(
    page: Path, boxes_page: Path
) -> None:
    text = page.read_text("utf-8")
    figure = text[text.index('id="curve-more-cls"') :]
    assert ">ours \u2212 log<" in figure[: figure.index("</figure>")]
    rate = text[text.index('id="curve-more-lr_heads"') :]  # the log has no such column
    assert ">ours \u2212 log<" not in rate[: rate.index("</figure>")]
    assert ">ours \u2212 log<" not in boxes_page.read_text("utf-8")
