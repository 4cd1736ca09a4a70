"""The project's own claims: about what is made, as published, and as they were registered."""

import csv
import os
from pathlib import Path
from statistics import fmean

import pytest

from methods.claim_files import load_claims
from methods.claims import AtLeast, AtMost, Equals, Published
from methods.configuration.experiments import read_experiment
from methods.training.checkpoints import curve_split, written_iterations

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "claims/reference"
EXPERIMENTS = (REPOSITORY / "experiments").glob("*.yaml")
# Claim files about published numbers, whose tolerance is one point of percent throughout.
PUBLICATIONS = ("more", "best", "ablation", "coco", "cdtr", "earlier_run")


@pytest.mark.parametrize("name", sorted(path.stem for path in EXPERIMENTS))
def test_claims_of_an_experiment_are_about_what_it_makes(name: str) -> None:
    experiment = read_experiment(REPOSITORY, name)
    claims = load_claims(*(REPOSITORY / file for file in experiment["claims"]))
    for quantity in (quantity for claim in claims for quantity in claim.quantities()):
        if quantity.run is None:
            scored = {
                run["evaluation"]["split"]
                for run in experiment["runs"].values()
                if run["dataset"] == quantity.dataset
            }
            assert quantity.split in scored
        elif quantity.validation is not None:
            run = experiment["runs"][quantity.run]
            assert quantity.split == curve_split(run)
            assert run["checkpoint"]["rule"] == "last"  # as in the log
            assert quantity.iteration in (None, *written_iterations(run["training"]))
        else:
            run = experiment["runs"][quantity.run]
            protocol = run["protocols"][quantity.protocol]
            # no mask of VOC's test is here: the evaluation server scores what a run packs
            withheld = ["test"] if run["task"] == "segmentation" else []
            assert quantity.split in (protocol["split"], *withheld)


def shared_reference(name: str) -> Path:
    """A file of the reference folder, where that is present."""
    folder = Path(os.environ.get("GOLDEN_DIR") or REPOSITORY.parent / "shared" / "golden")
    path = folder.parent / "reference" / name
    if not path.is_file():
        pytest.skip(f"no reference table: {path} does not exist")
    return path


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_published_numbers_are_copied_as_they_stand() -> None:
    rows = {row["id"]: row for row in read_rows(shared_reference("published_numbers.csv"))}
    copied = read_rows(REFERENCE / "published_numbers.csv")
    assert len(copied) > 15
    for row in copied:
        row["stage"] = row.pop("protocol")  # as the table calls it
        assert row.items() <= rows[row["id"]].items()


def test_the_log_is_copied_as_it_stands() -> None:
    names = {
        **{name: name for name in ("dataset", "line", "iteration")},
        "cls": "cls_loss",
        "cls_aux": "cls_loss_aux",
        "attri": "cls_loss_mct",
        "cre": "cle_loss",
        "ure": "une_loss",
        "ptc": "ptc_loss",
        "seg": "seg_loss",
        "f1": "val_cls_f1",
        "miou_decoder": "val_mIoU_Seg_Pred",
        "miou_cam": "val_mIoU_CAM",
        "miou_aux_cam": "val_mIoU_aux_CAM",
        "miou_lam": "val_mIoU_Score_Map",
        "miou_fused": "val_mIoU_Fused",
        "miou_cam_predicted": "val_mIoU_Seg_CAM",
    }
    log = read_rows(shared_reference("more_official_training_log.csv"))
    copied = read_rows(REFERENCE / "more_training_log.csv")
    assert copied == [{name: row[theirs] for name, theirs in names.items()} for row in log]


LOGGED_MAPS = {
    "decoder": "Seg_Pred",
    "cam": "CAM",
    "aux_cam": "aux_CAM",
    "lam": "Score_Map",
    "fused": "Fused",
    "cam_predicted": "Seg_CAM",
}


def test_the_log_of_the_classes_is_copied_as_it_stands() -> None:
    names = {"iteration": "iteration", "class": "class"}
    names |= {f"iou_{name}": theirs for name, theirs in LOGGED_MAPS.items()}
    log = read_rows(shared_reference("more_official_log_per_class_iou.csv"))
    copied = read_rows(REFERENCE / "more_class_log.csv")
    assert copied == [
        {"dataset": "voc", **{name: row[theirs] for name, theirs in names.items()}} for row in log
    ]


def test_the_classes_of_the_log_have_the_means_of_the_log() -> None:
    by_iteration: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(REFERENCE / "more_class_log.csv"):
        by_iteration.setdefault(row["iteration"], []).append(row)
    log = {
        row["iteration"]: row
        for row in read_rows(REFERENCE / "more_training_log.csv")
        if row["dataset"] == "voc" and row["miou_decoder"]
    }
    assert list(by_iteration) == list(log)
    for iteration, rows in by_iteration.items():
        assert len(rows) == 21
        for name in LOGGED_MAPS:
            mean = fmean(float(row[f"iou_{name}"]) for row in rows)
            assert mean == pytest.approx(float(log[iteration][f"miou_{name}"]), abs=0.0011)


def test_published_values_are_those_of_the_reference_table() -> None:
    rows = {row["id"]: row for row in read_rows(REFERENCE / "published_numbers.csv")}
    (log,) = (
        row
        for row in read_rows(REFERENCE / "more_training_log.csv")
        if (row["dataset"], row["iteration"]) == ("coco", "80000")
    )
    rows["more-log-coco-val-part-seg"] = {"value": log["miou_decoder"]}
    rows["more-voc-val-miou-best-held-out"] = rows["more-voc-val-miou"]
    for name in PUBLICATIONS:
        for entry in load_claims(REPOSITORY / f"claims/{name}.yaml"):
            assert isinstance(entry.bound, Published)
            assert f"{entry.bound.value:g}" in entry.statement
            for score in ("precision", "recall"):
                if entry.id.endswith(f"-{score}"):
                    note = rows[entry.id.removesuffix(f"-{score}")]["note"].split()
                    assert entry.bound.value == float(note[note.index(score) + 1])
                    break
            else:
                assert entry.bound.value == float(rows[entry.id]["value"])


def test_every_published_number_that_a_run_can_answer_has_a_claim() -> None:
    claimed = {
        claim.id: claim
        for name in PUBLICATIONS
        for claim in load_claims(REPOSITORY / f"claims/{name}.yaml")
    }
    rows = read_rows(REFERENCE / "published_numbers.csv")
    assert {row["id"] for row in rows} <= {*claimed}
    for row in rows:
        assert claimed[row["id"]].bound.unit == row["unit"]


def test_every_claim_says_of_which_split_and_metric_it_is() -> None:
    for name in PUBLICATIONS:
        for entry in load_claims(REPOSITORY / f"claims/{name}.yaml"):
            stated = entry.quantity or entry.bound
            assert stated.split
            assert stated.metric


def test_a_leak_is_named_where_the_number_is_from() -> None:
    leaks = [
        claim
        for claim in load_claims(REPOSITORY / "claims/more.yaml")
        if claim.id.startswith("more-log-val") and "seg" not in claim.id
    ]
    assert len(leaks) == 3
    for entry in leaks:
        assert isinstance(entry.bound, Published)
        assert "which is a leak" in entry.bound.where
        assert "image labels of val given" in entry.statement


def test_tolerances_and_bounds_are_as_registered() -> None:
    """A change of a bound after seeing results must be seen here, too."""
    mini = {claim.id: claim.bound for claim in load_claims(REPOSITORY / "claims/mini.yaml")}
    assert mini.pop("perfect-control") == Equals(100.0, 1e-9)
    assert isinstance(mini.pop("all-background-control"), Equals)
    assert mini == {
        "colour-does-not-solve-it": AtMost(40.0),
        "mini-segmentation": AtLeast(55.0),
        "mini-beyond-colour": AtLeast(20.0),
        "mini-crf-does-no-harm": AtLeast(-1.0),
    }
    birds = load_claims(REPOSITORY / "claims/mini_birds.yaml")
    assert {claim.id: claim.bound for claim in birds} == {
        "birds-perfect-control": Equals(100.0, 1e-9),
        "birds-gt-known": AtLeast(70.0),
        "birds-top1-loc": AtLeast(55.0),
        "birds-top1-cls": AtLeast(75.0),
        "birds-beyond-centre-box": AtLeast(20.0),
        "birds-loc-beyond-centre-box": AtLeast(20.0),
        "birds-beyond-full-image": AtLeast(20.0),
        "birds-loc-beyond-full-image": AtLeast(20.0),
        "birds-beyond-colour": AtLeast(20.0),
    }
    for name in PUBLICATIONS:
        for entry in load_claims(REPOSITORY / f"claims/{name}.yaml"):
            assert isinstance(entry.bound, Published)
            of_another_unit = pytest.approx(entry.bound.value / 10)
            assert entry.bound.tolerance == (1.0 if entry.bound.unit == "%" else of_another_unit)


@pytest.mark.parametrize(
    ("name", "claims", "told"),
    [
        ("coco", "more-", "The class masks are derived from the instance annotations by a rule of"),
        ("ablation", "more-ablation-baseline", "What the paper's baseline keeps is not stated"),
    ],
)
def test_what_is_not_known_of_a_published_number_stands_beside_it(
    name: str, claims: str, told: str
) -> None:
    entries = load_claims(REPOSITORY / f"claims/{name}.yaml")
    named = [entry for entry in entries if entry.id.startswith(claims)]
    assert len(named) >= 2
    for entry in named:
        assert isinstance(entry.bound, Published)
        assert told in entry.bound.protocol


def test_a_number_of_a_log_is_of_one_run_and_all_others_may_be_the_best_of_several() -> None:
    for name in PUBLICATIONS:
        for entry in load_claims(REPOSITORY / f"claims/{name}.yaml"):
            assert isinstance(entry.bound, Published)
            one_run = entry.bound.kind == "log" or "One run" in entry.bound.protocol
            the_best = entry.id == "more-log-val-seg-18k"
            assert entry.bound.maybe_maximum == (the_best or not one_run)
            assert (entry.bound.kind == "log") == ("-log-" in entry.id)


def test_only_the_test_claim_is_about_the_test_split() -> None:
    claims = load_claims(REPOSITORY / "claims/more.yaml")
    named = [claim.id for claim in claims if any(q.split == "test" for q in claim.quantities())]
    assert named == ["more-voc-test-miou"]
