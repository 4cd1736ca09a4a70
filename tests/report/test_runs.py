"""What the page says of the runs: their protocols, labels, formulas and components."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from methods.data.files import read_json
from methods.protocols import read_protocols
from methods.reporting.notes import notes
from methods.reporting.protocol_names import long_name
from methods.reporting.run_parts import OPEN
from tests.report.conftest import RUNS, render_results, rows_of
from tests.report.outline import section
from tests.report.results import PROTOCOLS, Results
from tests.report.scenes import SPLITS


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text("utf-8")


def test_the_ladder_has_the_decoders_protocols_and_gains_within_one_resizing(page: Path) -> None:
    rows = [row for row in rows_of(page, "ladder") if (row["run"], row["seed"]) == ("more", "0")]
    assert [row["protocol"] for row in rows] == ["raw", "multiscale", "crf", "aspect", "aspect_crf"]
    value = {row["protocol"]: float(row["mIoU (%)"]) for row in rows}
    gain = {row["protocol"]: row["gain (points)"] for row in rows}
    assert gain["raw"] == gain["aspect"] == ""
    assert float(gain["crf"]) == value["crf"] - value["multiscale"]
    assert float(gain["aspect_crf"]) == value["aspect_crf"] - value["aspect"]
    assert [row["resizing"] for row in rows][-3:] == ["square", "aspect", "aspect"]


def test_the_maps_say_whose_labels_they_were_given(page: Path) -> None:
    rows = {row["protocol"]: row for row in rows_of(page, "seeds") if row["run"] == "more"}
    columns = ("split", "map", "labels", "scales", "flip", "CRF")
    assert [rows["cam_crf"][c] for c in columns] == ["train", "CAM", "given", "1", "yes", "yes"]
    thresholds = ("background threshold", "threshold from")
    assert [rows["cam"][c] for c in thresholds] == ["0.5", "fixed"]
    assert [rows["cam_crf"][c] for c in thresholds] == ["", ""]
    assert rows["lam_logits"]["labels"] == "predicted by the classifier"
    assert rows["lam_decoder_crf"]["labels"] == "predicted by the decoder"
    assert [rows["lam_val"][c] for c in columns] == ["val", "LAM", "given", "1", "no", "no"]
    assert rows["cam_val"]["scales"] == "0.86, 1, 1.15"


def test_labels_that_are_given_outside_the_training_list_are_named(text: str) -> None:
    told = re.findall(
        r"Protocols that are given the image labels of (\w+), which a prediction does not have"
        r" \(run (.*?)\): (.*?)\.</li>",
        text,
    )
    # no_gcr keeps images of train out of its training list; for all other runs train lies in it
    named = {
        "val": (", ".join(RUNS), ["cam_val", "aux_cam_val", "lam_val"]),
        "train": ("no_gcr", ["cam", "aux_cam", "lam", "cam_crf", "lam_crf"]),
    }
    protocols = read_protocols({"protocols": PROTOCOLS})
    assert told == [
        (split, runs, "; ".join(f"{name} ({long_name(protocols[name])})" for name in names))
        for split, (runs, names) in named.items()
    ]
    assert text.count("are given the image labels of train") == 1


def test_labels_that_are_given_are_named_whatever_split_is_judged(results: Results) -> None:
    sources = results.sources()
    elsewhere = replace(sources, runs=tuple(replace(run, split="rest") for run in sources.runs))
    told = [note for note in notes(elsewhere, []) if "are given the image labels" in note]
    assert told == [note for note in notes(sources, []) if "are given the image labels" in note]
    assert len(told) == 2


def test_masks_that_are_derived_from_instances_are_told(tmp_path: Path) -> None:
    results = Results(tmp_path)
    assert not any("smaller instance" in note for note in notes(results.sources(), []))
    results.experiment["datasets"]["shapes"]["format"] = "coco"
    (told,) = (note for note in notes(results.sources(), []) if "smaller instance" in note)
    assert told.startswith("The masks of shapes are derived from instance annotations by a rule of")
    assert told.endswith("Which masks the published numbers were computed on is not known.")


def test_formulas_that_are_not_the_programs_come_first_and_in_words(page: Path, text: str) -> None:
    rows = [(row["run"], row["switch"], row["difference"]) for row in rows_of(page, "formulations")]
    assert [row[:2] for row in rows] == [("no_gcr", "gcr"), ("no_gcr", "lam")]
    assert rows[1][2] == "LAM: cosine (paper) instead of the dot product (program)"
    limits = section(text, "limits")
    assert limits.index('id="formulations"') < limits.index('id="deviations"')
    settings = {(row["run"], row["setting"]): row for row in rows_of(page, "deviations")}
    assert not [setting for _, setting in settings if setting.startswith("formulation")]
    assert settings["no_cre", "training.losses.cre"]["authors"] == "0.2"
    assert settings["given", "checkpoint.rule"]["here"] == "file"
    assert ("given", "training.losses.seg_start") not in settings  # nothing reads it
    assert ("more", "protocols.lam_test") not in settings  # left out here, so it makes no number
    assert settings["more", "protocols.crf"]["authors"] == (
        "decoder, scales 1, 1.25, 1.5, flip, CRF; on val"
    )


def test_components_are_compared_with_the_full_run_and_with_the_paper(tmp_path: Path) -> None:
    runs = {name: {} for name in ("more", "baseline", "no_cre", "no_ure", "no_gcr", "lam_cosine")}
    ablation = {"full": "more", "protocol": "crf", "split": "val"}
    results = Results(tmp_path, runs=runs, settings={"ablation": ablation})
    results.judge("claims/ablation.yaml")
    page = render_results(results)
    rows = {row["run"]: row for row in rows_of(page, "ablation")}
    assert list(rows) == list(runs)
    metrics = read_json(results.folder("no_cre") / "metrics/val.crf.json")
    full = read_json(results.folder() / "metrics/val.crf.json")
    assert float(rows["no_cre"]["mIoU (%)"]) == metrics["miou"]
    assert float(rows["no_cre"]["precision (%)"]) == metrics["mean_precision"]
    assert float(rows["no_cre"]["recall (%)"]) == metrics["mean_accuracy"]
    assert float(rows["no_cre"]["difference (points)"]) == metrics["miou"] - full["miou"]
    theirs = "paper: difference (points)"
    paper = [f"paper: {name}" for name in ("mIoU (%)", "precision (%)", "recall (%)")]
    assert [float(rows["no_cre"][name]) for name in paper] == [65.0, 75.3, 80.1]
    assert float(rows["no_cre"][theirs]) == pytest.approx(65.0 - 76.4)
    assert rows["lam_cosine"][theirs] == rows["more"]["difference (points)"] == ""
    text = section(page.read_text("utf-8"), "ablation-section")
    assert "no_cre" in text
    assert "(paper \u221211.40)" in text
    assert "baseline" in text
    assert "one image is" not in text  # mIoU is no share of images
    results.judge()
    page = render_results(results)
    assert not [name for name in rows_of(page, "ablation")[0] if "paper" in name]
    assert "paper" not in section(page.read_text("utf-8"), "ablation-section")


def test_runs_after_the_second_are_folded_and_show_the_named_images(text: str) -> None:
    assert len(RUNS) > OPEN
    gallery = section(text, "gallery")
    folded = gallery.partition("<details>")[2]
    assert folded.count("<details>") == len(RUNS) - OPEN - 1
    assert "Worst images" in gallery
    assert "Worst images" not in folded
    assert folded.count('<figure class="strip"') == 3 * (len(RUNS) - OPEN)
    for name in ("curves", "per-class"):
        assert "<details><summary>Run no_cre</summary>" in section(text, name)


def test_maps_in_pictures_are_those_of_the_labels(text: str, results: Results) -> None:
    alt = re.search(r'alt="LAM map of ([^"]+)\."', text)
    assert alt is not None
    mask = results.scenes[SPLITS["val"][0]].mask
    present = sorted({int(value) for value in mask.ravel()} - {0, 255})
    assert alt[1].split(", ") == [results.classes[value - 1] for value in present]
