"""What the page says of localization is what its files say."""

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from methods.data.files import read_json, sha256
from methods.reporting.localization import classes_drawing
from methods.reporting.localization.choices import RULE
from methods.reporting.localization.section import LocalizationSection, build_section
from methods.reporting.localization.words import BOX_RULES, PARTS, RATES
from methods.reporting.tables import Cell, show_number
from tests.report.localization_results import (
    CLASSES,
    PROTOCOLS,
    LocalizationResults,
    built,
    drawings_of,
    rows_of,
)
from tests.report.localization_scores import Mistakes

RUNS: dict[str, dict[str, Any]] = {
    "cdtr": {},
    "small": {
        "training": {"epochs": 2, "sampler": {"set_epoch": False}},
        "accept": ["frozen_sampler"],
    },
    "given": {"checkpoint": {"rule": "file"}},
}
SMALL = Mistakes(named=range(16), located=(4, 5, 6))
HOSTILE = ["<script>alert(1)</script>", "a&b", 'q"uote', "$x^2$"]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> LocalizationResults:
    return LocalizationResults(
        tmp_path_factory.mktemp("localization"),
        seeds=(0, 1),
        runs=RUNS,
        mistakes={"small": SMALL},
        settings={"ablation": {"full": "cdtr", "protocol": "released", "split": "test"}},
    )


@pytest.fixture(scope="module")
def section(results: LocalizationResults) -> LocalizationSection:
    return built(results)


def metrics_of(results: LocalizationResults, run: Cell, seed: Cell, name: str) -> dict[str, Any]:
    document: dict[str, Any] = read_json(
        results.folder(str(run), int(str(seed))) / f"metrics/test.{name}.json"
    )
    return document


def check_scores(row: dict[str, Cell], document: dict[str, Any]) -> None:
    for rate, label in RATES.items():
        assert row[f"{label} (%)"] == document[rate]
        ends = document["intervals_95"][rate]["binomial"]
        assert [row[f"{label}: {end}"] for end in ("low", "high")] == ends
    assert (row["images scored"], row["images in the split"]) == (24, 24)


def check_accuracies(row: dict[str, Cell], document: dict[str, Any]) -> None:
    assert [row[f"BoxAcc 0.{k} (%)"] for k in "357"] == [*document["box_acc"].values()]
    assert row["BoxAcc V2 (%)"] == document["box_acc_v2"]
    assert row["PxAP (%)"] == document["pxap"]
    assert row["constant maps"] == document["constant_maps"]


def test_the_rates_are_those_of_the_files(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    rows = rows_of(section.rates)
    keys = [(row["run"], row["seed"], row["protocol"]) for row in rows]
    trained = [(run, seed) for run in ("cdtr", "small") for seed in (0, 1)]
    assert keys == [(*run, name) for run in [*trained, ("given", 0)] for name in PROTOCOLS]
    for row in rows:
        name = str(row["protocol"])
        document = metrics_of(results, row["run"], row["seed"], name)
        check_scores(row, document)
        assert row["split"] == "test"
        assert row["threshold"] == document["protocol"]["threshold"]
    accuracies = rows_of(section.accuracy)
    assert [(row["run"], row["seed"], row["protocol"]) for row in accuracies] == keys
    for row in accuracies:
        document = metrics_of(results, row["run"], row["seed"], str(row["protocol"]))
        check_accuracies(row, document)


def test_the_settings_of_the_protocols_are_those_of_the_experiment(
    section: LocalizationSection,
) -> None:
    rows = rows_of(section.settings)
    assert [row["protocol"] for row in rows] == [*section.protocols] == [*PROTOCOLS]
    for row in rows:
        stated = PROTOCOLS[str(row["protocol"])]
        columns = ("split", "box rule", "crop", "GT-known by", "several")
        keys = ("split", "box", "crop", "gt_known", "several")
        assert [row[column] for column in columns] == [stated[key] for key in keys]
        assert row["threshold"] == stated.get("threshold")
    assert {row["protocol"]: row["threshold source"] for row in rows} == {
        "released": "published",
        "half": "fixed",
        "oracle": "best for GT-known on the scored images",
        "honest": "chosen on cubv2",
    }


def test_the_other_tables_are_those_of_the_files(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    for row in rows_of(section.decomposition):
        document = metrics_of(results, row["run"], row["seed"], str(row["protocol"]))
        shares = [row[f"{words} (%)"] for words in PARTS.values()]
        assert shares == [document["decomposition"][part] for part in PARTS]
        assert shares[0] == document["top1_loc"]
    for row in rows_of(section.controls):
        named = {"the true box itself": "perfect", "the whole crop": "full_image"}
        named |= {"the centre box": "centre_box", "colour alone": "colour"}
        path = results.root / f"controls/birds/test.{named[str(row['control'])]}.json"
        document = read_json(path)
        check_scores(row, document)
        check_accuracies(row, document)
        assert row["prediction"] == document["protocol"]["prediction"]
    assert rows_of(section.controls)[0]["GT-known (%)"] == 100


def test_classes_come_with_the_worst_first(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    rows = [r for r in rows_of(section.classes) if (r["run"], r["seed"]) == ("small", 1)]
    per_class = metrics_of(results, "small", 1, "released")["per_class"]
    assert {row["class"] for row in rows} == set(CLASSES)
    for row in rows:
        told = {
            f"{RATES[k]} (%)" if k in RATES else k: v for k, v in per_class[row["class"]].items()
        }
        assert {key: row[key] for key in told} == told
    located = [float(str(row["Top-1 Loc (%)"])) for row in rows]
    assert located == sorted(located)


def test_many_classes_are_not_drawn(
    results: LocalizationResults, section: LocalizationSection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drawing,) = (d for d in section.parts[0].drawings if "classes" in d.name)
    per_class = metrics_of(results, "cdtr", 0, "released")["per_class"]
    for name in CLASSES:
        other = metrics_of(results, "cdtr", 1, "released")["per_class"]
        mean = (per_class[name]["top1_loc"] + other[name]["top1_loc"]) / 2
        assert f"Top-1 Loc {show_number(mean)} %" in drawing.description
    monkeypatch.setattr(classes_drawing, "MOST", len(CLASSES) - 1)
    assert not [d for part in built(results).parts for d in part.drawings if "classes" in d.name]


def test_the_rates_are_drawn_with_their_intervals(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    (drawing,) = (d for d in section.parts[1].drawings if d.name == "rates-small-test")
    for seed in (0, 1):
        for name in PROTOCOLS:
            document = metrics_of(results, "small", seed, name)
            for rate in ("top1_loc", "top5_loc", "gt_known", "top1_cls"):
                low, high = document["intervals_95"][rate]["binomial"]
                told = f"{document[rate]:.2f} % ({low:.2f} to {high:.2f})"
                assert told in drawing.description
    assert drawing.description.count("Top-1 cls") == 1  # whatever the protocol
    (controls,) = section.control_drawings
    assert controls.description.startswith("Top-1 Loc, the true box itself, 100.00 %")
    assert controls.description.count("colour alone") == 4


def test_protocols_that_differ_in_the_threshold_share_a_curve(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    shared, own = section.parts[0].threshold_curves
    assert (shared.name, own.name) == ("thresholds-cdtr-released", "thresholds-cdtr-honest")
    for drawing, names in ((shared, ("released", "half", "oracle")), (own, ("honest",))):
        for name in names:
            for seed in (0, 1):
                document = metrics_of(results, "cdtr", seed, name)
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
    results: LocalizationResults, section: LocalizationSection
) -> None:
    shares = [
        sum(metrics_of(results, "small", seed, "half")["decomposition"][part] for seed in (0, 1))
        / 2
        for part in PARTS
    ]
    numbers = " / ".join(f"{share:.2f}" for share in shares)
    assert numbers in str(section.parts[1].decomposition.svg)
    (runs,) = section.gap_drawings
    assert [bar.partition(":")[0] for bar in runs.description.split("; ")] == list(RUNS)


def test_the_gap_is_that_of_the_files_and_says_what_differs(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    small, given = rows_of(section.gap)
    for row, run, seeds in ((small, "small", (0, 1)), (given, "given", (0,))):
        for rate in ("gt_known", "top1_loc", "top1_cls"):
            ours = np.mean([metrics_of(results, run, seed, "released")[rate] for seed in seeds])
            full = np.mean([metrics_of(results, "cdtr", seed, "released")[rate] for seed in (0, 1)])
            assert row[f"{RATES[rate]} (%)"] == pytest.approx(ours)
            assert row[f"{RATES[rate]}: difference (points)"] == pytest.approx(ours - full)
    assert small["settings that differ"] == (
        "training.epochs 4 -> 2; training.sampler.set_epoch true -> false; accepted: frozen_sampler"
    )
    assert given["settings that differ"] == "checkpoint.rule last -> file"
    assert small["what is lost"] == "what is lost is classification"
    assert len(section.sentences) == 2


def test_a_run_is_told_with_its_rates_and_their_intervals(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    cdtr, _, given = section.results
    document = metrics_of(results, "given", 0, "released")
    low, high = document["intervals_95"]["gt_known"]["binomial"]
    start = "Calibration, a given checkpoint of CDTR (run given), on test (protocol released: "
    assert given.startswith(f"{start}threshold 0.2, ")
    told = f"box right {document['gt_known']:.2f} % (GT-known, {low:.2f} to {high:.2f})"
    assert told in given
    assert given.endswith("on 24 of 24 images; 95 % intervals over images (binomial, Wilson).")
    values = [metrics_of(results, "cdtr", seed, "released")["top1_loc"] for seed in (0, 1)]
    told = f"{np.mean(values):.2f} % (Top-1 Loc; by seed {values[0]:.2f} / {values[1]:.2f})"
    assert told in cdtr
    assert cdtr.endswith("on 24 of 24 images; means of 2 seeds.")


def test_the_notes_tell_what_the_numbers_rest_on(section: LocalizationSection) -> None:
    notes = "\n".join(section.notes)
    for text in (
        "constant, and so have no box: cdtr, seed 0: 1 on test, cdtr, seed 1: 1 on test",
        "GT-known of the protocols released (threshold 0.2, published), half (threshold 0.5",
        "oracle (threshold best for GT-known on the scored images) takes the map of the predicted",
        "GT-known of the protocol honest (threshold chosen on cubv2) takes the map of the true",
        "The threshold of released is the released program's",
        "The threshold of honest is chosen by the boxes of 8 images (cubv2)",
        f"so that its rates rest on more than image labels. {RULE} CUBV2's own images",
        "are not here: 8 generated images of birds stand in for them.",
        "ORACLE: the threshold of oracle is the best one for GT-known, and for GT-known only,",
        "Protocols released, half, oracle: true boxes are moved into the crop as the released",
    ):
        assert text in notes
    assert "small" not in section.notes[0]


def test_experiments_without_such_a_run_have_no_section(results: LocalizationResults) -> None:
    assert build_section(replace(results.sources(), runs=())) is None


def test_equal_results_give_equal_sections(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    assert built(results) == section


def test_every_drawing_has_a_name_of_its_own(section: LocalizationSection) -> None:
    names = [drawing.name for drawing in drawings_of(section)]
    assert len(names) == len(set(names)) > 40
    assert not [d.name for d in drawings_of(section) if "nan" in d.description.split()]


def test_the_journal_has_a_drawing_a_column_with_the_methods_titles(
    section: LocalizationSection,
) -> None:
    (group,) = section.parts[0].curves
    names = [drawing.name.removeprefix("curve-cdtr-") for drawing in group.drawings]
    terms = ["x", "att", "area", "map", "dnc", "clip"]
    weights = [f"weight_{term}" for term in terms[:-1]]
    assert names == [*terms, "total", *weights, "lr", "distinct_images"]
    assert "learning rate" in [drawing.title for drawing in group.drawings]
    assert section.parts[2].curves == ()


def test_the_chain_leads_from_the_data_to_the_verdicts(
    results: LocalizationResults, section: LocalizationSection
) -> None:
    assert [len(part.chains) for part in section.parts] == [2, 2, 1]
    links = {str(row["link"]): row for row in rows_of(section.parts[0].chains[1].table)}
    own = "cdtr/seed1"
    files = {
        "archives, and what was extracted": "../../data/extracted/birds/extraction.json",
        "data manifest": "data/birds/manifest.json",
        "weights card": "weights/mini-vit.json",
        "card of the guide's weights": "weights/mini-clip.json",
        "resolved configuration": f"{own}/resolved.yaml",
        "journal of the training": f"{own}/train/journal.csv",
        "checkpoint": f"{own}/train/checkpoints/iteration_000024.pt",
        "choice of the checkpoint": f"{own}/checkpoint.json",
        "predictions, logits and class maps, test": f"{own}/predictions/test/index.json",
        "boxes, program, test": f"{own}/boxes/test.program/index.json",
        "boxes, wsolevaluation, cubv2": f"{own}/boxes/cubv2.wsolevaluation/index.json",
        "counts by image, released": f"{own}/metrics/test.released.counts.npz",
        "metrics, released": f"{own}/metrics/test.released.json",
        "threshold, honest": f"{own}/thresholds/honest.json",
        "metrics, honest": f"{own}/metrics/test.honest.json",
        "verdicts": "verdicts.json",
    }
    order = list(links)
    assert [name for name in order if name in files] == list(files)
    for name, file in files.items():
        assert (links[name]["file"], links[name]["sha256"]) == (file, sha256(results.root / file))
