"""Runs of two tasks on one page, and runs of localization alone."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from methods.cdtr.words import ACCEPTED, TITLES
from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.recipes import make_again
from methods.reporting.ablation import build_ablation
from methods.reporting.headlines import read_headlines
from methods.reporting.published_settings import read_published
from tests.report.both_results import BothResults
from tests.report.conftest import BOX_RUNS, render_results, rows_of
from tests.report.localization_results import PROTOCOLS, RUN, LocalizationResults
from tests.report.outline import section
from tests.report.results import Results


@pytest.fixture(scope="module")
def text(both_page: Path) -> str:
    return both_page.read_text("utf-8")


def test_headings_say_the_task_and_its_method(text: str, boxes_page: Path) -> None:
    segmentation = "<h2>Segmentation (MoRe): from raw predictions to the CRF</h2>"
    localization = "<h2>Localization (CDTR): from class maps to boxes</h2>"
    assert segmentation in section(text, "post-processing")
    assert localization in section(text, "boxes")
    alone = boxes_page.read_text("utf-8")
    assert localization in alone
    assert "Segmentation (" not in alone
    assert ">Segmentation" not in alone


def test_tables_of_a_task_hold_its_runs_and_data_alone(both_page: Path) -> None:
    for table in ("ladder", "validation", "oracle", "classes", "seeds"):
        assert {row["run"] for row in rows_of(both_page, table)} == {"more"}
    for table in ("localization", "decomposition", "localization_classes"):
        assert {row["run"] for row in rows_of(both_page, table)} == set(BOX_RUNS)
    assert {row["data set"] for row in rows_of(both_page, "controls")} == {"shapes"}
    assert {row["data set"] for row in rows_of(both_page, "localization_controls")} == {"birds"}
    for table in ("checks", "splits"):
        assert {row["data set"] for row in rows_of(both_page, table)} == {"shapes", "birds"}


def test_tables_of_the_training_hold_every_run(both_page: Path) -> None:
    rows = [(row["run"], row["seed"], row["method"]) for row in rows_of(both_page, "training")]
    assert rows == [
        *(("more", seed, "more") for seed in "01"),
        *(("cdtr", seed, "cdtr") for seed in "01"),
        *(("matched", seed, "cdtr") for seed in "01"),
    ]
    assert len(rows_of(both_page, "machines")) == len(rows)
    assert [row["run"] for row in rows_of(both_page, "calibration")] == ["given_boxes"]
    weights = list(dict.fromkeys(row["weights"] for row in rows_of(both_page, "weights")))
    assert weights == ["mini-vit", "mini-clip"]


def test_the_header_has_a_sentence_of_every_run(text: str) -> None:
    header = re.search(r"<header>(.*?)</header>", text, re.S)
    assert header is not None
    sentences = re.findall(r'<(?:p class="result"|li)>([^<].*?)</', header[1])
    assert [sentence.partition(", on ")[0] for sentence in sentences] == [
        *("MoRe", "CDTR", "CDTR (run matched)"),
        "Calibration, a given checkpoint of CDTR (run given_boxes)",
    ]


def test_curves_are_those_of_the_journal_under_the_methods_words(text: str) -> None:
    curves = section(text, "curves")
    for column in ("clip", "weight_map", "lr", "distinct_images"):
        figure = re.search(rf'id="curve-cdtr-{column}">\s*<figcaption>(.*?)</', curves)
        assert figure is not None
        assert figure[1] == TITLES[column]
    assert 'id="curve-cdtr-epoch"' not in curves  # the iteration tells it
    assert 'id="curve-given_boxes-' not in curves
    assert "classification</figcaption>" in curves  # of MoRe


def test_the_chain_leads_from_the_data_to_the_boxes(both_page: Path) -> None:
    links = {row["link"]: row for row in rows_of(both_page, "chain-cdtr-seed1")}
    assert list(links) == [
        *("archives, and what was extracted", "data manifest", "image labels", "data checks"),
        *("weights card", "card of the guide's weights", "resolved configuration"),
        *("journal of the training", "end of the training"),
        *("checkpoint", "choice of the checkpoint"),
        *("predictions, logits and class maps, test", "predictions, logits and class maps, cubv2"),
        *("boxes, program, test", "boxes, wsolevaluation, cubv2", "boxes, wsolevaluation, test"),
        *("counts by image, released", "metrics, released"),
        *("counts by image, half", "metrics, half"),
        *("threshold, oracle", "counts by image, oracle", "metrics, oracle"),
        *("threshold, honest", "counts by image, honest", "metrics, honest"),
        *("verdicts", "claims, mini_birds", "claims, mini", "experiment"),
    ]
    for link in ("threshold, honest", "boxes, wsolevaluation, cubv2"):
        assert links[link]["sha256"] == sha256(both_page.parent / links[link]["file"])
    assert links["card of the guide's weights"]["file"] == "weights/mini-clip.json"
    given = {row["link"] for row in rows_of(both_page, "chain-given_boxes-seed0")}
    assert not given & {"weights card", "card of the guide's weights", "journal of the training"}
    controls = [row["link"] for row in rows_of(both_page, "chain-birds-controls")]
    assert "metrics, full_image" in controls


def test_claims_lead_to_the_chain_of_their_run(text: str) -> None:
    claim = re.search(r'id="claim-birds-gt-known">.*?</tr>.*?</tr>', text, re.S)
    assert claim is not None
    assert '<a href="#files-chain-cdtr-seed0">cdtr, seed 0</a>' in claim[0]


def test_what_a_run_accepts_is_told_in_words_and_as_a_deviation(both_page: Path, text: str) -> None:
    words = ACCEPTED["frozen_sampler"]
    assert f"Run matched accepts what would be refused otherwise: {words}." in section(
        text, "limits"
    )
    rows = {(row["run"], row["setting"]): row for row in rows_of(both_page, "deviations")}
    assert rows["matched", "accept"]["here"] == '["frozen_sampler"]'
    assert rows["matched", "accept"]["authors"] == "absent"
    assert ("cdtr", "accept") not in rows
    assert ("given_boxes", "guide.network.model") not in rows  # nothing reads it
    switched = [(row["run"], row["switch"]) for row in rows_of(both_page, "formulations")]
    assert ("matched", "loss_map") in switched
    assert not [switch for run, switch in switched if run == "cdtr"]


def test_components_of_a_localization_run_are_compared(both: BothResults, both_page: Path) -> None:
    rows = {row["run"]: row for row in rows_of(both_page, "ablation")}
    assert list(rows) == list(BOX_RUNS)  # and no run of another task
    metrics = [
        read_json(both.root / f"{run}/metrics/test.released.json")
        for run in ("cdtr/seed0", "cdtr/seed1", "matched/seed0", "matched/seed1")
    ]
    full, other = ((a + b) / 2 for a, b in _pairs([m["top1_loc"] for m in metrics]))
    for column in ("Top-1 Loc (%)", "GT-known (%)", "Top-1 cls (%)"):
        assert rows["matched"][column]
    assert float(rows["matched"]["Top-1 Loc (%)"]) == pytest.approx(other)
    assert float(rows["matched"]["difference (points)"]) == pytest.approx(other - full)
    text = section(both_page.read_text("utf-8"), "ablation-section")
    assert "Top-1 Loc on test, protocol released: each run minus the run cdtr" in text
    assert text.count(f"one image is {100 / metrics[0]['coverage']['evaluated']:.2f}") == 2
    assert "paper" not in text
    assert "mIoU" not in text


def _pairs(values: list[float]) -> list[tuple[float, float]]:
    return list(zip(values[::2], values[1::2], strict=True))


def test_an_ablation_may_name_its_metric(tmp_path: Path) -> None:
    ablation = {"full": "cdtr", "protocol": "half", "split": "test", "metric": "gt_known"}
    results = LocalizationResults(
        tmp_path, runs={"cdtr": {}, "other": {}}, settings={"ablation": ablation}
    )
    built = build_ablation(results.sources())
    assert built is not None
    names = [column.label for column in built.table.columns]
    assert names[2:5] == ["GT-known (%)", "Top-1 Loc (%)", "Top-1 cls (%)"]
    assert built.drawing.title == "GT-known on test, protocol half: each run minus the run cdtr"


def test_a_metric_that_a_run_has_not_is_no_measure_of_components(tmp_path: Path) -> None:
    ablation = {"full": "more", "protocol": "crf", "split": "val", "metric": "mean_precision"}
    results = Results(tmp_path, runs={"more": {}, "no_cre": {}}, settings={"ablation": ablation})
    path = results.folder("no_cre") / "metrics/val.crf.json"
    write_json(path, {**read_json(path), "mean_precision": None})
    with pytest.raises(InputError, match="no value of mean_precision in a seed of run no_cre"):
        build_ablation(results.sources())


def quantity(run: str, protocol: str) -> dict[str, object]:
    return {"quantity": {"run": run, "split": "test", "protocol": protocol, "metric": "gt_known"}}


def test_the_first_claim_about_a_localization_run_says_what_stands_for_it(tmp_path: Path) -> None:
    path = tmp_path / "verdicts.json"
    oracle_first = {name: PROTOCOLS[name] for name in ("oracle", "half", "released")}
    runs: dict[str, Any] = {"cdtr": RUN, "other": RUN, "third": {**RUN, "protocols": oracle_first}}

    def headlines(*entries: dict[str, object], **settings: object) -> dict[str, str]:
        write_json(path, {"verdicts": list(entries)})
        return read_headlines(path, {"runs": runs, **settings})

    # An oracle never stands for a run, and a claim about another run says nothing.
    assert headlines() == {"cdtr": "released", "other": "released", "third": "half"}
    assert headlines(quantity("cdtr", "honest"), quantity("cdtr", "half")) == {
        "cdtr": "honest",
        "other": "released",
        "third": "half",
    }
    assert headlines(quantity("cdtr", "oracle"))["cdtr"] == "released"
    claims = quantity("cdtr", "honest"), quantity("other", "half")
    for protocol, stands in (
        ("released", ["released"] * 3),
        ("oracle", ["honest", "half", "half"]),
    ):
        ablation = {"full": "other", "protocol": protocol, "split": "test"}
        assert [*headlines(*claims, ablation=ablation).values()] == stands


def test_a_page_that_compares_runs_shows_every_run_by_their_protocol(
    both: BothResults, both_page: Path
) -> None:
    judged = [entry["quantity"] for entry in read_json(both.root / "verdicts.json")["verdicts"]]
    assert ("more", "crf") in [(q["run"], q.get("protocol")) for q in judged if "run" in q]
    (header,) = re.findall(r"<header>(.*?)</header>", both_page.read_text("utf-8"), re.S)
    told = re.findall(r"on (?:val|test) \((.*?)\)", header)
    released = "protocol released: threshold 0.2, published"
    assert told == ["protocol crf: decoder, scales 0.86, 1, 1.15, flip, CRF", *[released] * 3]


@pytest.mark.parametrize(
    "file",
    [
        *("cdtr/seed0/boxes/cubv2.wsolevaluation/index.json", "cdtr/seed0/thresholds/honest.json"),
        *("cdtr/seed0/metrics/test.released.json", "cdtr/seed0/predictions/cubv2/index.json"),
        *("weights/mini-clip.json", "controls/birds/test.centre_box.json"),
    ],
)
def test_a_missing_file_is_one_sentence_and_leaves_no_page(tmp_path: Path, file: str) -> None:
    results = LocalizationResults(tmp_path)
    (results.root / file).unlink()
    with pytest.raises(InputError, match=rf"{re.escape(file)}: found no file") as raised:
        render_results(results)
    assert make_again(results.root.name, str(results.root / file)) in str(raised.value)
    assert not (results.root / "report.html").exists()


def test_two_records_of_one_format_are_refused(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a_settings.yaml", "b_settings.yaml")]
    for file in files:
        file.write_text(yaml.safe_dump({"cub": {"method": "cdtr"}}))
    assert read_published(files[:1]) == {"cub": {"method": "cdtr"}}
    with pytest.raises(InputError, match=r"b_settings\.yaml: found a second record of the format"):
        read_published(files)
