"""Thresholds that were chosen: by which images, with which rate, and which would be as good."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from methods.cdtr.words import TERMS as TERMS_OF_CDTR
from methods.data.files import read_json, write_json
from methods.errors import InputError
from methods.reporting.localization.section import LocalizationSection, build_section
from methods.reporting.localization.words import BOX_RULES, TERMS
from tests.report.conftest import render_results
from tests.report.localization_results import PROTOCOLS, LocalizationResults, built, rows_of
from tests.report.localization_scores import Mistakes
from tests.report.outline import Outline

# Some of the 8 images that choose are missed, so that their curve is not that of the scored ones.
MISTAKES = {"cdtr": Mistakes(named=(1, 2), located=(3,))}
RULE = (
    "The threshold with the highest GT-known on these images is taken, the smallest of equally good"
    " ones."
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> LocalizationResults:
    folder = tmp_path_factory.mktemp("choices")
    return LocalizationResults(folder, seeds=(0, 1), mistakes=MISTAKES)


@pytest.fixture(scope="module")
def section(results: LocalizationResults) -> LocalizationSection:
    return built(results)


@pytest.fixture(scope="module")
def page(results: LocalizationResults) -> str:
    return render_results(results).read_text("utf-8")


def chosen(results: LocalizationResults, seed: int, name: str) -> dict[str, Any]:
    """A threshold file."""
    document: dict[str, Any] = read_json(results.folder(seed=seed) / f"thresholds/{name}.json")
    return document


def as_good(document: dict[str, Any]) -> list[float]:
    """The thresholds with the chosen one's rate; neighbours on the grid in this fixture."""
    pairs = zip(document["thresholds"], document["gt_known"], strict=True)
    found = [threshold for threshold, value in pairs if value == document["value"]]
    first = document["thresholds"].index(found[0])
    assert found == document["thresholds"][first : first + len(found)]
    assert len(found) > 1
    return found


def test_the_table_tells_the_choice_of_every_file(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    rows = rows_of(section.choices)
    keys = [(row["seed"], row["protocol"]) for row in rows]
    assert keys == [(seed, name) for seed in (0, 1) for name in ("oracle", "honest")]
    for row in rows:
        document = chosen(results, int(str(row["seed"])), str(row["protocol"]))
        assert row["chosen on"] == document["split"]
        assert row["images"] == document["coverage"]["evaluated"]
        assert row["threshold"] == document["threshold"]
        assert row["GT-known there (%)"] == document["value"] == max(document["gt_known"])
        equal = as_good(document)
        assert row["equally good thresholds"] == f"{equal[0]:g} to {equal[-1]:g}"
        assert row["threshold"] == equal[0]
    assert RULE in section.choices.caption


def test_without_a_choice_there_is_no_table(tmp_path: Path) -> None:
    runs = {"cdtr": {"protocols": {"released": PROTOCOLS["released"]}}}
    section = built(LocalizationResults(tmp_path, runs=runs))
    assert section.choices.rows == ()
    assert not [note for note in section.notes if RULE in note]
    assert "bold" not in str(section.parts[0].threshold_curves[0].svg)


def test_the_figure_draws_the_curve_that_chose(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    shared, own = section.parts[0].threshold_curves
    for drawing, name in ((shared, "oracle"), (own, "honest")):
        for seed in (0, 1):
            document = chosen(results, seed, name)
            equal = as_good(document)
            told = (
                f"{name}, seed {seed}: chosen on {document['split']}: GT-known"
                f" {document['value']:.2f} % of {document['coverage']['evaluated']} images at"
                f" {equal[0]:g} to {equal[-1]:g}, the smallest is taken."
            )
            assert told in drawing.description
        assert ">bold: equally good thresholds, smallest taken<" in str(drawing.svg)
    assert ">GT-known on cubv2, whose 8 images chose<" in str(own.svg)
    assert "images chose" not in str(shared.svg)  # the scored images did
    paths = [*ElementTree.fromstring(str(own.svg)).iter("path")]
    green = [path for path in paths if "stroke: var(--series-3)" in path.get("style", "")]
    within = [path for path in green if path.get("clip-path")]  # the axes, not the legend
    bold = [path for path in within if "stroke-width: 4.5" in path.get("style", "")]
    curves = [path for path in within if path not in bold]
    points = [path.get("d", "").count("L") + 1 for path in curves]
    assert points == [len(chosen(results, seed, "honest")["thresholds"]) for seed in (0, 1)]
    assert len(bold) == 2  # one row of equally good thresholds a seed


def test_the_figures_name_the_threshold_that_was_chosen(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    (rates,) = (d for d in section.parts[0].drawings if d.name == "rates-cdtr-test")
    sources = {"oracle": "best for GT-known", "honest": "chosen on cubv2"}
    for name, source in sources.items():
        taken = sorted({chosen(results, seed, name)["threshold"] for seed in (0, 1)})
        values = " to ".join(f"{value:g}" for value in taken)
        assert f"{name}, {values}, {source}" in rates.description
        assert (
            f"{name}, {values}, {source}: both right" in section.parts[0].decomposition.description
        )
    assert "ORACLE" not in rates.description


def test_the_choice_stands_in_the_sentence_of_a_run(tmp_path: Path) -> None:
    runs = {"own": {"protocols": {"honest": PROTOCOLS["honest"]}}}
    results = LocalizationResults(tmp_path, runs=runs)
    (sentence,) = built(results).results
    threshold = read_json(results.folder("own") / "thresholds/honest.json")["threshold"]
    assert f"on test (protocol honest: threshold {threshold:g}, chosen on cubv2): " in sentence


def test_scores_at_another_threshold_than_was_chosen_are_refused(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    path = results.folder() / "metrics/test.honest.json"
    document = read_json(path)
    document["protocol"]["threshold"] = 0.9
    write_json(path, document)
    expected = chosen(results, 0, "honest")["threshold"]
    with pytest.raises(InputError, match=rf"honest\.json: found the threshold 0\.9.*{expected:g}"):
        build_section(results.sources())


def test_a_control_that_was_changed_is_refused(tmp_path: Path) -> None:
    results = LocalizationResults(tmp_path)
    path = results.root / "controls/birds/test.centre_box.json"
    write_json(path, {**read_json(path), "gt_known": 99.0})
    with pytest.raises(InputError, match=r"gt_known of .*centre_box\.json: found 99\.0"):
        build_section(results.sources())


def test_abbreviations_are_explained_at_the_head_of_the_section(page: str) -> None:
    section = page[page.index('<section id="boxes">') :]
    listed = re.search(
        r"</h2>\s*<details><summary>Abbreviations</summary>\s*<dl>(.*?)</dl>", section
    )
    assert listed is not None
    words = [word.strip() for word in Outline(listed[1]).words if word.strip()]
    terms = {**TERMS, **TERMS_OF_CDTR}
    terms["CUBV2"] += "; here 8 generated images of birds stand in for them"  # by the manifest
    assert dict(zip(words[::2], words[1::2], strict=True)) == terms
    named = ", ".join(terms)
    for name in ("GT-known", "Top-1 Loc", "Top-5 Loc", "MaxBoxAcc", "MaxBoxAccV2", "PxAP"):
        assert name in named
    for name in ("CUBV2", "SBA", "OCM", "CSM", "SKI"):
        assert name in named


def test_the_page_says_which_box_is_scored_and_what_an_oracle_is_best_for(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    assert "every box of a map" not in "".join((section.rates.caption, *BOX_RULES.values()))
    assert section.protocols["honest"].startswith(f"on test: {BOX_RULES['wsolevaluation']}; ")
    assert "Choe et al. (CVPR 2020)" in BOX_RULES["wsolevaluation"]
    assert "best one for GT-known on the scored images; no verdict reads it" in TERMS["oracle"]
    for row in rows_of(section.accuracy):
        if row["protocol"] == "oracle":  # the best of its own curve, but of GT-known alone
            path = results.folder(seed=int(str(row["seed"]))) / "metrics/test.oracle.json"
            assert row["BoxAcc 0.5 (%)"] == max(read_json(path)["curve"]["gt_known"])
    sources = {row["protocol"]: row["threshold source"] for row in rows_of(section.settings)}
    assert sources["oracle"] == "best for GT-known on the scored images"
