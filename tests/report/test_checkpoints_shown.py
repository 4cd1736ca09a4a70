"""What the page says of the checkpoints: given, chosen or made, and how they were validated."""

from pathlib import Path

import pytest

from methods.data.files import read_json, sha256, write_json
from methods.errors import InputError
from methods.reporting.notes import notes
from methods.reporting.validation import ORACLE
from tests.report.conftest import RUNS, render_results, rows_of
from tests.report.results import GIVEN, Results
from tests.report.scenes import SPLITS
from tests.unit.small_validation import scored


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return page.read_text("utf-8")


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


def test_a_given_checkpoint_is_a_calibration_without_training(page: Path, text: str) -> None:
    (row,) = rows_of(page, "calibration")
    digest = sha256(row["checkpoint file"])
    assert (row["run"], row["sha256"]) == ("given", digest)
    assert "Run given is a calibration: it evaluates a given checkpoint and trains nothing" in text
    assert "Calibration, a given checkpoint of MoRe (run given), on val (protocol " in text
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
