"""Sentences and pictures of localization that follow rules, by hand."""

from typing import Any

import numpy as np
import pytest

from methods.box_protocols import BoxProtocol
from methods.reporting.localization.differences import differences
from methods.reporting.localization.frames import OURS, TRUE, draw_boxes
from methods.reporting.localization.gap import Compared, Gap
from methods.reporting.localization.words import (
    key,
    label,
    long_name,
    threshold,
    threshold_from,
)

FIXED = BoxProtocol("test", "program", "program", "predicted", "last", "published", 0.2)
CHOSEN = BoxProtocol("test", "wsolevaluation", "exact", "labelled", "best", "cubv2")
BLUE, ORANGE = (86, 180, 233), (230, 159, 0)


def gap(located: tuple[float, bool], named: tuple[float, bool]) -> Gap:
    """A run whose rates are so many points from 90, and whether their intervals are apart."""
    rates = {
        rate: Compared(90 + points, 90.0, apart)
        for rate, (points, apart) in (("gt_known", located), ("top1_cls", named))
    }
    return Gap("small", "full", rates, ())


@pytest.mark.parametrize(
    ("located", "named", "lost"),
    [
        ((-0.5, False), (-20, True), "what is lost is classification"),
        ((-20, True), (-0.5, False), "what is lost is localization"),
        ((-20, True), (3, True), "what is lost is localization"),
        ((-5, True), (-20, True), "both are lost, more of classification"),
        ((-20, True), (-5, True), "both are lost, more of localization"),
        ((-5, True), (-5, True), "both are lost, equally"),
        ((-5, False), (-9, False), "neither differs beyond the intervals"),
        ((5, True), (-9, False), "nothing is lost"),
        ((5, True), (7, True), "nothing is lost"),
    ],
)
def test_what_is_lost_is_decided_by_the_numbers(
    located: tuple[float, bool], named: tuple[float, bool], lost: str
) -> None:
    found = gap(located, named)
    assert found.lost == lost
    assert found.sentence.endswith(f": {lost}.")


def test_a_gap_is_told_in_one_sentence() -> None:
    assert gap((-0.5, False), (-20, True)).sentence == (
        "small: localization within 0.50 points of full (GT-known 89.50 vs 90.00), classification"
        " 20.00 points lower (Top-1 cls 70.00 vs 90.00): what is lost is classification."
    )
    assert gap((2, True), (-1, False)).sentence == (
        "small: localization 2.00 points higher than full (GT-known 92.00 vs 90.00), classification"
        " within 1.00 points (Top-1 cls 89.00 vs 90.00): nothing is lost."
    )


def test_differences_name_both_values() -> None:
    full: dict[str, Any] = {
        "training": {"batch_size": 16, "sampler": {"set_epoch": True}},
        "formulation": {"prompt": "program"},
        "protocols": {"a": {"threshold": 0.2}, "b": {"threshold": 0.3}},
        "accept": ["floor_above_peak"],
        "gallery": ["00001"],
    }
    run = {
        **full,
        "training": {"batch_size": 4, "sampler": {"set_epoch": False}, "extra": 1},
        "formulation": {"prompt": "label"},
        "protocols": {"a": {"threshold": 0.4}, "b": {"threshold": 0.5}},
        "accept": ["floor_above_peak", "frozen_sampler"],
        "gallery": ["00002"],
    }
    assert list(differences(run, full, "a")) == [
        "training.batch_size 16 -> 4",
        "training.sampler.set_epoch true -> false",
        "formulation.prompt program -> label",
        "protocol.threshold 0.2 -> 0.4",
        "training.extra absent -> 1",
        "accepted: frozen_sampler",
    ]
    assert list(differences(full, full, "a")) == []


def test_protocols_are_told_in_words() -> None:
    oracle = BoxProtocol("test", "program", "exact", "labelled", "best", "test")
    told = [threshold_from(protocol) for protocol in (FIXED, CHOSEN, oracle)]
    assert told == ["published", "chosen on cubv2", "best for GT-known on the scored images"]
    assert label("a", FIXED, [0.2, 0.2]) == "a\n0.2, published"
    assert label("b", CHOSEN, [0.13]) == "b\n0.13, chosen on cubv2"
    assert label("b", CHOSEN, [0.2, 0.13, 0.2]) == "b\n0.13 to 0.2, chosen on cubv2"
    assert label("c", oracle, [0.17]) == "c\n0.17, best for GT-known"
    assert key("c", oracle, [0.17]) == "c, threshold 0.17, best for GT-known"
    assert threshold(FIXED) == "threshold 0.2, published"
    assert threshold(CHOSEN, [0.13]) == "threshold 0.13, chosen on cubv2"
    assert long_name(FIXED) == (
        "the box of a map's largest region, as the released program; GT-known by the map of the"
        " predicted class; true boxes in the crop as the released program, up to one pixel off; of"
        " several true boxes the last one; threshold 0.2, published"
    )
    assert long_name(CHOSEN).startswith(
        "the box of a map's largest region, ends included, as Choe et al. (CVPR 2020); MaxBoxAccV2"
        " alone takes whichever of the boxes of all regions fits best;"
    )
    assert long_name(CHOSEN).endswith(
        "of several true boxes the best one; threshold chosen on cubv2"
    )


def test_boxes_are_told_apart_without_colour() -> None:
    image = np.full((100, 120, 3), 128, np.uint8)
    true = np.array([[10.0, 10.0, 90.0, 90.0]])
    pixels = np.array(draw_boxes(image, true, np.array([20, 20, 80, 80])))
    assert (pixels[10, 12:88] == BLUE).all()  # solid
    assert (pixels[89, 12:88] == BLUE).all()
    row = (pixels[20, 20:80] == ORANGE).all(axis=1)
    assert 0.4 < row.mean() < 0.75  # dashed
    assert (pixels[20, 20:80][~row] != BLUE).any(axis=1).all()
    assert (pixels[50, 50] == 128).all()
    assert (TRUE.dash, OURS.dash) == (None, 7)


def test_boxes_at_the_border_stay_in_the_picture() -> None:
    image = np.full((60, 80, 3), 128, np.uint8)
    whole = np.array(draw_boxes(image, np.array([[0.0, 0, 80, 60]]), np.array([0, 0, 1, 1])))
    assert (whole[58, 10:70] == BLUE).all()
    assert (whole[10:50, 78] == BLUE).all()
    assert (whole == ORANGE).all(axis=2).any()  # the box of a map without one
