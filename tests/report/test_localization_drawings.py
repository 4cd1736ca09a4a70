"""The drawings of localization show what its files hold."""

from xml.etree import ElementTree

import pytest

from methods.reporting.localization import classes_drawing
from methods.reporting.localization.section import LocalizationSection
from methods.reporting.localization.words import BOX_RULES, PARTS
from methods.reporting.tables import show_number
from tests.report.localization_results import (
    CLASSES,
    PROTOCOLS,
    LocalizationResults,
    built,
    drawings_of,
    metrics_of,
)


def test_many_classes_are_not_drawn(
    box_runs: LocalizationResults, box_section: LocalizationSection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drawing,) = (d for d in box_section.parts[0].drawings if "classes" in d.name)
    per_class = metrics_of(box_runs, "cdtr", 0, "released")["per_class"]
    for name in CLASSES:
        other = metrics_of(box_runs, "cdtr", 1, "released")["per_class"]
        mean = (per_class[name]["top1_loc"] + other[name]["top1_loc"]) / 2
        assert f"Top-1 Loc {show_number(mean)} %" in drawing.description
    monkeypatch.setattr(classes_drawing, "MOST", len(CLASSES) - 1)
    assert not [d for part in built(box_runs).parts for d in part.drawings if "classes" in d.name]


def test_the_rates_are_drawn_with_their_intervals(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    (drawing,) = (d for d in box_section.parts[1].drawings if d.name == "rates-small-test")
    for seed in (0, 1):
        for name in PROTOCOLS:
            document = metrics_of(box_runs, "small", seed, name)
            for rate in ("top1_loc", "top5_loc", "gt_known", "top1_cls"):
                low, high = document["intervals_95"][rate]["binomial"]
                told = f"{document[rate]:.2f} % ({low:.2f} to {high:.2f})"
                assert told in drawing.description
    assert drawing.description.count("Top-1 cls") == 1  # whatever the protocol
    (controls,) = box_section.control_drawings
    assert controls.description.startswith("Top-1 Loc, the true box itself, 100.00 %")
    assert controls.description.count("colour alone") == 4


def test_protocols_that_differ_in_the_threshold_share_a_curve(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    shared, own = box_section.parts[0].threshold_curves
    assert (shared.name, own.name) == ("thresholds-cdtr-released", "thresholds-cdtr-honest")
    for drawing, names in ((shared, ("released", "half", "oracle")), (own, ("honest",))):
        for name in names:
            for seed in (0, 1):
                document = metrics_of(box_runs, "cdtr", seed, name)
                known, located = document["gt_known"], document["top1_loc"]
                told = (
                    f"{name}, seed {seed}, threshold {document['protocol']['threshold']:g}",
                    f"GT-known {known:.2f} %, Top-1 Loc {located:.2f} %",
                )
                assert all(text in drawing.description for text in told)
    assert "(best for GT-known on the scored images)" in shared.description
    assert "best for GT-known" not in own.description
    assert BOX_RULES["program"] in shared.description
    assert BOX_RULES["wsolevaluation"] in own.description
    hollow = "fill-opacity: 0; stroke: var(--ink)"
    assert (hollow in str(shared.svg), hollow in str(own.svg)) == (True, False)
    drawn = [*ElementTree.fromstring(str(shared.svg)).iter("use")]
    assert len(drawn) > 12  # a mark a protocol, seed and rate, besides the ticks


def test_what_is_right_together_is_drawn_with_its_numbers(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    shares = [
        sum(metrics_of(box_runs, "small", seed, "half")["decomposition"][part] for seed in (0, 1))
        / 2
        for part in PARTS
    ]
    numbers = " / ".join(f"{share:.2f}" for share in shares)
    assert numbers in str(box_section.parts[1].decomposition.svg)
    (runs,) = box_section.gap_drawings
    assert [bar.partition(":")[0] for bar in runs.description.split("; ")] == [
        "cdtr",
        "small",
        "given",
    ]


def test_every_drawing_has_a_name_of_its_own(box_section: LocalizationSection) -> None:
    names = [drawing.name for drawing in drawings_of(box_section)]
    assert len(names) == len(set(names)) > 40
    assert not [d.name for d in drawings_of(box_section) if "nan" in d.description.split()]


def test_the_journal_has_a_drawing_a_column_with_the_methods_titles(
    box_section: LocalizationSection,
) -> None:
    (group,) = box_section.parts[0].curves
    names = [drawing.name.removeprefix("curve-cdtr-") for drawing in group.drawings]
    terms = ["x", "att", "area", "map", "dnc", "clip"]
    weights = [f"weight_{term}" for term in terms[:-1]]
    assert names == [*terms, "total", *weights, "lr", "distinct_images"]
    assert "learning rate" in [drawing.title for drawing in group.drawings]
    assert box_section.parts[2].curves == ()
