"""What the page says of localization, in tables and words, is what its files say."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from methods.data.files import read_json, sha256
from methods.reporting.localization.choices import RULE
from methods.reporting.localization.section import LocalizationSection, build_section
from methods.reporting.localization.words import PARTS, RATES
from methods.reporting.tables import Cell
from tests.report.localization_results import (
    CLASSES,
    PROTOCOLS,
    LocalizationResults,
    built,
    metrics_of,
    rows_of,
)


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
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    rows = rows_of(box_section.rates)
    keys = [(row["run"], row["seed"], row["protocol"]) for row in rows]
    trained = [(run, seed) for run in ("cdtr", "small") for seed in (0, 1)]
    assert keys == [(*run, name) for run in [*trained, ("given", 0)] for name in PROTOCOLS]
    for row in rows:
        name = str(row["protocol"])
        document = metrics_of(box_runs, row["run"], row["seed"], name)
        check_scores(row, document)
        assert row["split"] == "test"
        assert row["threshold"] == document["protocol"]["threshold"]
    accuracies = rows_of(box_section.accuracy)
    assert [(row["run"], row["seed"], row["protocol"]) for row in accuracies] == keys
    for row in accuracies:
        document = metrics_of(box_runs, row["run"], row["seed"], str(row["protocol"]))
        check_accuracies(row, document)


def test_the_settings_of_the_protocols_are_those_of_the_experiment(
    box_section: LocalizationSection,
) -> None:
    rows = rows_of(box_section.settings)
    assert [row["protocol"] for row in rows] == [*box_section.protocols] == [*PROTOCOLS]
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
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    for row in rows_of(box_section.decomposition):
        document = metrics_of(box_runs, row["run"], row["seed"], str(row["protocol"]))
        shares = [row[f"{words} (%)"] for words in PARTS.values()]
        assert shares == [document["decomposition"][part] for part in PARTS]
        assert shares[0] == document["top1_loc"]
    for row in rows_of(box_section.controls):
        named = {"the true box itself": "perfect", "the whole crop": "full_image"}
        named |= {"the centre box": "centre_box", "colour alone": "colour"}
        path = box_runs.root / f"controls/birds/test.{named[str(row['control'])]}.json"
        document = read_json(path)
        check_scores(row, document)
        check_accuracies(row, document)
        assert row["prediction"] == document["protocol"]["prediction"]
    assert rows_of(box_section.controls)[0]["GT-known (%)"] == 100


def test_classes_come_with_the_worst_first(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    rows = [r for r in rows_of(box_section.classes) if (r["run"], r["seed"]) == ("small", 1)]
    per_class = metrics_of(box_runs, "small", 1, "released")["per_class"]
    assert {row["class"] for row in rows} == set(CLASSES)
    for row in rows:
        told = {
            f"{RATES[k]} (%)" if k in RATES else k: v for k, v in per_class[row["class"]].items()
        }
        assert {key: row[key] for key in told} == told
    located = [float(str(row["Top-1 Loc (%)"])) for row in rows]
    assert located == sorted(located)


def test_the_gap_is_that_of_the_files_and_says_what_differs(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    small, given = rows_of(box_section.gap)
    for row, run, seeds in ((small, "small", (0, 1)), (given, "given", (0,))):
        for rate in ("gt_known", "top1_loc", "top1_cls"):
            ours = np.mean([metrics_of(box_runs, run, seed, "released")[rate] for seed in seeds])
            full = np.mean(
                [metrics_of(box_runs, "cdtr", seed, "released")[rate] for seed in (0, 1)]
            )
            assert row[f"{RATES[rate]} (%)"] == pytest.approx(ours)
            assert row[f"{RATES[rate]}: difference (points)"] == pytest.approx(ours - full)
    assert small["settings that differ"] == (
        "training.epochs 4 -> 2; training.sampler.set_epoch true -> false; accepted: frozen_sampler"
    )
    assert given["settings that differ"] == "checkpoint.rule last -> file"
    assert small["what is lost"] == "what is lost is classification"
    assert len(box_section.sentences) == 2


def test_a_run_is_told_with_its_rates_and_their_intervals(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    cdtr, _, given = box_section.results
    document = metrics_of(box_runs, "given", 0, "released")
    low, high = document["intervals_95"]["gt_known"]["binomial"]
    start = "Calibration, a given checkpoint of CDTR (run given), on test (protocol released: "
    assert given.startswith(f"{start}threshold 0.2, ")
    told = f"box right {document['gt_known']:.2f} % (GT-known, {low:.2f} to {high:.2f})"
    assert told in given
    assert given.endswith("on 24 of 24 images; 95 % intervals over images (binomial, Wilson).")
    values = [metrics_of(box_runs, "cdtr", seed, "released")["top1_loc"] for seed in (0, 1)]
    told = f"{np.mean(values):.2f} % (Top-1 Loc; by seed {values[0]:.2f} / {values[1]:.2f})"
    assert told in cdtr
    assert cdtr.endswith("on 24 of 24 images; means of 2 seeds.")


def test_the_notes_tell_what_the_numbers_rest_on(box_section: LocalizationSection) -> None:
    notes = "\n".join(box_section.notes)
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
    assert "small" not in box_section.notes[0]


def test_experiments_without_such_a_run_have_no_section(box_runs: LocalizationResults) -> None:
    assert build_section(replace(box_runs.sources(), runs=())) is None


def test_equal_results_give_equal_sections(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    assert built(box_runs) == box_section


def test_the_chain_leads_from_the_data_to_the_verdicts(
    box_runs: LocalizationResults, box_section: LocalizationSection
) -> None:
    assert [len(part.chains) for part in box_section.parts] == [2, 2, 1]
    links = {str(row["link"]): row for row in rows_of(box_section.parts[0].chains[1].table)}
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
        assert (links[name]["file"], links[name]["sha256"]) == (file, sha256(box_runs.root / file))
