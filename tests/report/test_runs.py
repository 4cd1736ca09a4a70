"""What the page says of protocols, checkpoints, formulas and components."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.protocols import read_protocols
from methods.reporting.claim_counts import headline, tally
from methods.reporting.claim_rows import ClaimRow
from methods.reporting.curves import draw_journals
from methods.reporting.headlines import read_headlines
from methods.reporting.notes import notes
from methods.reporting.protocol_names import long_name
from methods.reporting.run_parts import OPEN
from methods.reporting.validation import ORACLE
from methods.reporting.verdict_words import label, tone
from tests.report.conftest import RUNS, render_results, rows_of
from tests.report.outline import section
from tests.report.results import GIVEN, PROTOCOLS, Results
from tests.report.scenes import SPLITS
from tests.unit.small_validation import scored


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


def test_trainings_that_were_stopped_are_told(tmp_path: Path) -> None:
    results = Results(tmp_path)
    assert not any("was stopped" in note for note in notes(results.sources(), []))
    path = results.folder("more", 0) / "train/done.json"
    done = read_json(path)
    torn = {"file": "state_000090.pt", "reason": "it was cut"}
    write_json(path, {**done, "resumed": [{"iteration": 40}, {"iteration": 80}]})
    (told,) = (note for note in notes(results.sources(), []) if "was stopped" in note)
    went = "The training of more, seed 0, was stopped and went on from iteration 40, 80"
    assert told == f"{went}."
    write_json(path, {**done, "resumed": [{"iteration": 40}], "states_refused": [torn, torn]})
    lost = "; 2 saved states not whole and not used."
    assert went.removesuffix(", 80") + lost in notes(results.sources(), [])
    write_json(path, {**done, "resumed": [], "states_refused": [torn]})
    anew = "The training of more, seed 0, began anew; 1 saved state not whole and not used."
    assert anew in notes(results.sources(), [])


def test_a_value_that_is_not_finite_is_left_out_of_its_curve(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=[0, 1])
    number = results.run["training"]["iterations"]
    add_column(results, 0, ["nan"] * number)
    norms = ["inf", "nan", *(str(2 + at) for at in range(number - 2))]
    add_column(results, 1, norms)
    runs = [run for run in results.sources().segmentation if run.run == "more"]
    drawn = {drawing.name: drawing for drawing in draw_journals("more", runs).drawings}
    assert drawn["curve-more-gradient_norm"].description == (
        f"norm of the gradients by iteration: seed 0 without a value; seed 1 from 2 to {norms[-1]}."
    )
    assert drawn["curve-more-total"].description.count("seed") == 2


def test_journals_of_one_run_have_the_same_columns(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=[0, 1])
    add_column(results, 1, ["1"] * results.run["training"]["iterations"])
    runs = [run for run in results.sources().segmentation if run.run == "more"]
    with pytest.raises(InputError, match=r"seed1/.*a table of other columns, expected those of .*"):
        draw_journals("more", runs)


def add_column(results: Results, seed: int, values: list[str]) -> None:
    """The norms of the gradients in a journal."""
    path = results.folder("more", seed) / "train/journal.csv"
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    lines = [f"{first},gradient_norm", *map(",".join, zip(rows, values, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_axes_that_may_not_begin_at_zero_are_named(page: Path) -> None:
    text = page.read_text("utf-8")
    for title in ("Run more: mIoU by iteration", "Run more: losses and rates by iteration"):
        below = text[text.index(f"<h3>{title}</h3>") :]
        assert "and need not begin at 0." in below[: below.index("<figure")]


def test_the_curve_may_be_of_another_split(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": {"evaluation": {"curve_split": "val_part"}}})
    page = render_results(results)
    assert not (results.folder() / "validation/val.300.json").exists()
    for table in ("validation", "oracle"):
        assert {row["split"] for row in rows_of(page, table)} == {"val_part"}
    assert {row["images in the split"] for row in rows_of(page, "validation")} == {"5"}
    assert {row["split"] for row in rows_of(page, "controls")} == {"val"}
    text = page.read_text("utf-8")
    assert "mIoU on val_part of every checkpoint" in text
    assert "Controls of shapes: mIoU on val," in text
    links = [row["link"] for row in rows_of(page, "chain-more-seed0")]
    assert "validation on val_part, iteration 300" in links
    assert not [link for link in links if link.startswith("validation on val,")]


def test_a_given_checkpoint_is_a_calibration_without_training(page: Path, text: str) -> None:
    (row,) = rows_of(page, "calibration")
    digest = sha256(row["checkpoint file"])
    assert (row["run"], row["sha256"]) == ("given", digest)
    assert "Run given is a calibration: it evaluates a given checkpoint and trains nothing" in text
    assert "Calibration, a given checkpoint of MoRe (run given), on val (decoder, " in text
    for table in ("training", "machines", "validation", "oracle"):
        assert {row["run"] for row in rows_of(page, table)} == set(RUNS) - {"given"}
    assert 'id="curve-given-total"' not in text
    assert not (page.parent / "report/chain-given-seed1.csv").exists()
    links = {row["link"]: row for row in rows_of(page, "chain-given-seed0")}
    assert links["given checkpoint"]["sha256"] == digest
    assert (page.parent / links["given checkpoint"]["file"]).samefile(row["checkpoint file"])
    assert "metrics, crf" in links
    assert not {"checkpoint", "journal of the training", "weights card"} & set(links)


def test_an_experiment_may_train_nothing(tmp_path: Path) -> None:
    page = render_results(Results(tmp_path, seeds=(4, 5), runs={"more": GIVEN}))
    assert {row["seed"] for row in rows_of(page, "ladder")} == {"4"}
    verdicts = {row["id"]: row["verdict"] for row in rows_of(page, "verdicts")}
    assert verdicts["mini-segmentation"] == "holds"
    text = page.read_text("utf-8")
    assert "No run of this experiment is trained." in text
    told = "3 of 3 claims about the pipeline hold, none is about a paper; 3 of 3 controls hold"
    assert f"<h1>Calibration alone, nothing trained here: {told}</h1>" in text
    for badge in ("3 holds (control)", "3 holds (calibration)"):
        assert f'<span class="mark good">{badge}</span>' in text
    assert text.count("Given checkpoint, nothing trained here: ") == 3
    assert not (page.parent / "report/training.csv").exists()


def test_masks_that_chose_a_checkpoint_are_told(page: Path, text: str) -> None:
    trained = {(row["run"], row["seed"]): row for row in rows_of(page, "training")}
    columns = ("checkpoint rule", "chosen on", "its mIoU there (%)")
    assert [trained["no_gcr", "0"][c] for c in columns] == ["best", "held_out", "50.0"]
    assert [trained["more", "0"][c] for c in columns] == ["last", "", ""]
    assert (
        "The checkpoint of run no_gcr was chosen by the masks of"
        f" {len(SPLITS['held_out'])} images (held_out)" in text
    )
    links = [row["link"] for row in rows_of(page, "chain-no_gcr-seed0")]
    assert "validation on held_out, iteration 200" in links


def test_the_oracle_is_labelled_and_no_verdict_reads_it(page: Path, results: Results) -> None:
    row = rows_of(page, "oracle")[0]
    assert row["what it is"] == ORACLE
    assert (row["best iteration"], row["chosen iteration"]) == ("200", "300")
    gain = float(row["best mIoU (%)"]) - float(row["chosen mIoU (%)"])
    assert float(row["difference (points)"]) == gain
    marks = {r["iteration"]: r["checkpoint"] for r in rows_of(page, "validation")[:3]}
    assert marks == {"100": "", "200": "oracle", "300": "chosen by the rule last"}
    read = [f for v in read_json(results.root / "verdicts.json")["verdicts"] for f in v["files"]]
    assert read
    assert not [file for file in read if "validation" in file]


def test_curves_stand_beside_the_authors_log(text: str) -> None:
    for name in ("validation-more-decoder", "validation-more-lam", "curve-more-attri"):
        figure = re.search(rf'<figure class="drawing" id="{name}">.*?</figure>', text, re.S)
        assert figure is not None
        assert "authors' log from" in figure[0]
    regulariser = re.search(r'<figure class="drawing" id="curve-more-reg">.*?</figure>', text, re.S)
    assert regulariser is not None
    assert "authors' log" not in regulariser[0]  # it does not have this loss


def test_the_log_is_of_one_data_set_only(tmp_path: Path) -> None:
    log = {"file": "claims/reference/more_training_log.csv", "dataset": "coco"}
    page = render_results(Results(tmp_path, settings={"reference_log": log}))
    assert "authors' log" not in page.read_text("utf-8").partition('id="curves"')[2]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"coverage": {"evaluated": 7, "expected": 8}}, "found 7 of 8 images"),
        ({"iteration": 300}, "expected .*200"),
        ({"split": "train"}, "expected .*val"),
        (scored({"decoder": 50.0}), "no field 'cam'"),
        ({"miou": {"decoder": 50.0}}, "found 50.0, expected 60"),
    ],
)
def test_a_validation_of_something_else_is_refused(
    tmp_path: Path, change: dict[str, object], found: str
) -> None:
    results = Results(tmp_path)
    path = results.folder() / "validation/val.200.json"
    write_json(path, {**read_json(path), **change})
    with pytest.raises(InputError, match=rf"val\.200\.json: .*{found}"):
        render_results(results)


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
    assert folded.count('<figure class="strip">') == 3 * (len(RUNS) - OPEN)
    for name in ("curves", "per-class"):
        assert "<details><summary>Run no_cre</summary>" in section(text, name)


def test_maps_in_pictures_are_those_of_the_labels(text: str, results: Results) -> None:
    alt = re.search(r'alt="LAM map of ([^"]+)\."', text)
    assert alt is not None
    mask = results.scenes[SPLITS["val"][0]].mask
    present = sorted({int(value) for value in mask.ravel()} - {0, 255})
    assert alt[1].split(", ") == [results.classes[value - 1] for value in present]


def claim_row(
    status: str, *, trained: int = 1, direction: str = "two-sided", **of: bool
) -> ClaimRow:
    published = {"of_publication": status not in ("holds", "fails")}
    return ClaimRow(
        id="a",
        statement="It works.",
        target="1",
        reference=1.0,
        value=1.0,
        difference=0.0,
        status=status,
        verdict=label(status, trained),
        tone=tone(status, {"direction": direction}),
        one_sided=direction != "two-sided",
        trained=trained,
        statistics=(None,) * 5,
        reason="So.",
        expected="",
        interval=None,
        facts=(),
        files=(),
        chains=(),
        of_chosen=True,
        **{"calibration": False, "control": False, "of_report": False, **published, **of},
    )


def test_calibrations_are_counted_apart() -> None:
    good, bad = claim_row("equivalent"), claim_row("below")
    given = claim_row("equivalent", calibration=True)
    words = "claims are equivalent to the publication"
    assert headline([good, good, bad]) == f"2 of 3 {words}"
    assert headline([good, given, bad]) == f"1 of 2 {words}; 1 more is a calibration"
    assert headline([good, good, good, bad, given, given]) == (
        f"3 of 4 {words}; 2 more are calibrations"
    )
    assert headline([given]) == (
        "Calibration alone, nothing trained here: 1 of 1 claim is equivalent to the publication"
    )


def test_controls_are_counted_apart_and_the_pipeline_is_no_paper() -> None:
    good, bad = claim_row("holds"), claim_row("fails")
    control, broken = claim_row("holds", control=True), claim_row("fails", control=True)
    words = "claims about the pipeline hold, none is about a paper"
    assert headline([good, bad]) == f"1 of 2 {words}"
    assert headline([good, bad, control, broken]) == f"1 of 2 {words}; 1 of 2 controls hold"
    assert headline([control]) == "1 of 1 control holds"
    assert headline([claim_row("equivalent"), control]) == (
        "1 of 1 claim is equivalent to the publication; 1 of 1 control holds"
    )
    assert headline([claim_row("equivalent", calibration=True), control]) == (
        "Calibration alone, nothing trained here: 1 of 1 claim is equivalent to the publication;"
        " 1 of 1 control holds"
    )
    assert tally([good, control, broken]) == (
        ("holds", "good", 1),
        ("holds (control)", "good", 1),
        ("fails (control)", "bad", 1),
    )


def test_who_repeats_a_report_of_a_re_run_has_reproduced_no_publication() -> None:
    bad = claim_row("below")
    repeated = claim_row("equivalent", of_report=True)
    assert headline([bad, repeated, repeated]) == (
        "0 of 1 claim is equivalent to the publication; 2 of 2 claims are equivalent to the report"
        " of a re-run"
    )
    assert headline([repeated]) == "1 of 1 claim is equivalent to the report of a re-run"


def test_what_too_few_seeds_agree_with_is_never_added_to_what_was_shown() -> None:
    weak, against = claim_row("consistent"), claim_row("inconsistent")
    assert headline([weak, weak, against]) == (
        "2 of 3 claims are consistent with the publication (one seed)"
    )
    assert headline([claim_row("equivalent"), weak, claim_row("void")]) == (
        "1 of 3 claims are equivalent to the publication; 1 is consistent with it (one seed)"
    )
    assert headline([claim_row("holds"), claim_row("fails"), weak, weak]) == (
        "2 of 2 claims are consistent with the publication (one seed); 1 of 2 claims about the"
        " pipeline hold"
    )
    assert headline([weak, claim_row("inconsistent", trained=2)]) == (
        "1 of 2 claims are consistent with the publication (too few seeds for a test)"
    )
    repeated = claim_row("consistent", of_report=True)
    assert headline([claim_row("below"), repeated]) == (
        "0 of 1 claim is equivalent to the publication; 1 of 1 claim is consistent with the"
        " report of a re-run (one seed)"
    )
    assert tally([weak, weak, claim_row("consistent", trained=2), against]) == (
        ("consistent (2 seeds)", "weak", 1),
        ("consistent (one seed)", "weak", 2),
        ("inconsistent (one seed)", "bad", 1),
    )


def test_a_one_sided_claim_is_not_called_equivalent() -> None:
    kept = claim_row("non-inferior", direction="at least")
    better = claim_row("above", direction="at least")
    words = "claims are non-inferior to the publication"
    assert headline([kept, better, claim_row("below", direction="at least")]) == f"2 of 3 {words}"
    assert headline([kept, claim_row("equivalent")]) == (
        "2 of 2 claims are equivalent or non-inferior to the publication"
    )


def test_the_pipeline_is_never_counted_as_a_paper() -> None:
    void, own = claim_row("void"), claim_row("holds")
    assert headline([own, void]) == (
        "0 of 1 claim about the publication is met; 1 of 1 claim about the pipeline holds"
    )
    assert headline([void, claim_row("not evaluated")]) == (
        "0 of 2 claims about the publication are met"
    )
    assert headline([own, claim_row("equivalent", of_report=True)]) == (
        "1 of 1 claim is equivalent to the report of a re-run; 1 of 1 claim about the pipeline"
        " holds, none is about a paper"
    )


def quantity(run: str, protocol: str) -> dict[str, object]:
    return {"quantity": {"run": run, "split": "val", "protocol": protocol, "metric": "miou"}}


def test_the_first_claim_says_which_protocol_stands_for_a_run(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": {}, "other": {}})
    path = tmp_path / "verdicts.json"

    def headlines(*entries: dict[str, object], **settings: object) -> dict[str, str]:
        write_json(path, {"verdicts": list(entries)})
        return read_headlines(path, {**results.experiment, **settings})

    assert headlines() == {"more": "aspect_crf", "other": "aspect_crf"}
    no_claim = {"quantity": None}
    named = (quantity("more", "cam"), quantity("more", "multiscale"), quantity("more", "crf"))
    assert headlines(no_claim, *named) == {"more": "multiscale", "other": "multiscale"}
    assert headlines(*named, quantity("other", "raw"))["other"] == "raw"
    validation = {"quantity": {"run": "more", "split": "val", "validation": "cam"}}
    assert headlines(validation, quantity("more", "crf"))["more"] == "crf"
    ablation = {"full": "more", "protocol": "aspect", "split": "val"}
    assert headlines(*named, ablation=ablation) == {"more": "aspect", "other": "aspect"}
    elsewhere = {"full": "more", "protocol": "cam", "split": "train"}
    assert headlines(*named, ablation=elsewhere) == headlines(*named)
