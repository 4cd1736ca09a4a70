"""Claim files: what they may say, and that the project's own are sound."""

import csv
import os
from pathlib import Path

import pytest
import yaml

from methods.claims import (
    AtLeast,
    AtMost,
    Equals,
    Published,
    Quantity,
    load_claims,
    read_registration,
)
from methods.configuration.experiments import read_experiment
from methods.errors import InputError
from methods.training.checkpoints import curve_split

REPOSITORY = Path(__file__).parents[2]
REFERENCE = REPOSITORY / "claims/reference"
EXPERIMENTS = (REPOSITORY / "experiments").glob("*.yaml")
# Claim files about published numbers, whose tolerance is one point throughout.
PUBLICATIONS = ("more", "best", "ablation", "coco", "cdtr", "earlier_run")
CRF = {"run": "more", "split": "val", "protocol": "crf", "metric": "miou"}
BOXES = {"run": "cdtr", "split": "test", "protocol": "released", "metric": "box_acc.50"}
CAM = {"run": "more", "split": "val", "validation": "cam"}
COLOUR = {"control": "colour", "dataset": "shapes", "split": "val", "metric": "miou"}
PUBLISHED = {
    "value": 76.4,
    "tolerance": 1.0,
    "kind": "paper",
    "where": "Table 2",
    "dataset": "VOC 2012",
    "stage": "decoder",
    "protocol": "with CRF",
    "maybe_maximum": True,
}
CENTRE = {"control": "centre_box", "dataset": "birds", "split": "test", "metric": "gt_known"}


def claim(**changes: object) -> dict[str, object]:
    entry = {"id": "a", "statement": "It works.", "source": "Here.", "quantity": CRF, "at_least": 5}
    return {key: value for key, value in {**entry, **changes}.items() if value is not None}


def write(folder: Path, *entries: dict[str, object]) -> Path:
    path = folder / "claims.yaml"
    document = {"registered": "2020-01-01, before any run", "claims": list(entries)}
    path.write_text(yaml.safe_dump(document))
    return path


def test_every_form_is_read(tmp_path: Path) -> None:
    published = PUBLISHED
    others = {"direction": "at least", "minimum_seeds": 5, "note": "so"}
    path = write(
        tmp_path,
        claim(id="a", at_least=-1.0, minus=COLOUR),
        claim(id="b", at_least=None, at_most=40),
        claim(id="c", at_least=None, equals={"value": 100, "tolerance": 0}),
        claim(id="d", at_least=None, equals={"quantity": COLOUR, "tolerance": 0.5}),
        claim(id="e", at_least=None, published=published),
        claim(id="f", at_least=None, quantity=None, published=published, not_evaluated="no server"),
        claim(id="g", quantity=CAM, minus=CRF),
        claim(id="h", quantity=BOXES, minus=CENTRE),
        claim(id="i", at_least=None, published={**published, **others, "allows": ["crf.*"]}),
    )
    a, b, c, d, e, f, g, h, i = load_claims(path)
    crf, colour = Quantity(**CRF), Quantity(**COLOUR)
    assert (a.bound, a.quantity, a.minus) == (AtLeast(-1.0), crf, colour)
    assert b.bound == AtMost(40)
    assert c.bound == Equals(100, 0)
    assert d.bound == Equals(colour, 0.5)
    assert d.quantities() == (crf, colour)
    assert e.bound == Published(**published)
    assert (e.bound.direction, e.bound.minimum_seeds) == ("two-sided", 3)
    assert i.bound == Published(**published, **others, allows=("crf.*",))
    assert f.not_evaluated == "no server"
    assert f.quantities() == ()
    assert g.quantities() == (Quantity(split="val", run="more", validation="cam"), crf)
    assert Quantity(**CAM).metric == "miou"
    assert h.quantities() == (Quantity(**BOXES), Quantity(**CENTRE))


@pytest.mark.parametrize(
    "entry",
    [
        claim(at_least=None),  # no bound
        claim(at_most=9),  # two bounds
        claim(atleast=5),  # unknown key
        claim(source=None),
        claim(id="Not an id"),
        claim(quantity=None),
        claim(quantity=None, not_evaluated="only a published number may be left out"),
        claim(quantity={**CRF, "dataset": "shapes"}),
        claim(quantity={**CRF, **COLOUR}),
        claim(quantity={"run": "more", "split": "val", "metric": "miou"}),
        claim(quantity={**CRF, "protocol": "blurred image"}),
        claim(quantity={**CRF, "stage": "crf"}),
        claim(quantity={**COLOUR, "protocol": "crf"}),
        claim(quantity={**CRF, "metric": "miou."}),
        claim(quantity={"run": "more", "split": "val", "protocol": "crf"}),
        claim(quantity={**BOXES, "metric": "box_acc."}),
        claim(quantity={**CENTRE, "control": "centre"}),
        claim(quantity={**CAM, "metric": "f1"}),
        claim(quantity={**CAM, "protocol": "crf"}),
        claim(quantity={**CAM, "validation": "crf"}),
        claim(quantity={**COLOUR, "validation": "cam"}),
        claim(quantity={"split": "val", "validation": "cam"}),
        claim(at_least="high"),
        claim(at_least=None, equals={"tolerance": 1}),
        claim(at_least=None, equals={"value": 1, "quantity": COLOUR, "tolerance": 1}),
        *(
            claim(at_least=None, published={k: v for k, v in PUBLISHED.items() if k != left_out})
            for left_out in PUBLISHED
        ),
        claim(at_least=None, published={**PUBLISHED, "tolerance": 0}),
        claim(at_least=None, published={**PUBLISHED, "kind": "blog"}),
        claim(at_least=None, published={**PUBLISHED, "direction": "up"}),
        claim(at_least=None, published={**PUBLISHED, "minimum_seeds": 1}),
        claim(at_least=None, published={**PUBLISHED, "allows": []}),
        claim(at_least=None, published={**PUBLISHED, "delta": 1.0}),
    ],
)
def test_unsound_claim_is_refused(tmp_path: Path, entry: dict[str, object]) -> None:
    with pytest.raises(
        InputError, match=r"claims\.yaml, claims\.0[.a-z_]*: found .+, expected .+; "
    ):
        load_claims(write(tmp_path, entry))


WHICH = "equals, at_least, at_most, published"
ALONE = (
    "found this key, expected none beside what else the block says; delete it or change what stands"
    " beside it."
)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (claim(at_least=None), f": found none of the keys {WHICH}, expected one of them; add one."),
        (
            claim(at_most=9),
            f": found the keys at_least and at_most, expected only one of {WHICH}; delete all",
        ),
        (
            claim(atleast=5),
            ": found the unknown key 'atleast', expected 'at_least'; correct the key or delete it.",
        ),
        (claim(quantity=None), ": found no such key, expected the key 'quantity'; add it."),
        (
            claim(quantity=None, not_evaluated="no server"),
            ": found no such key, expected the key 'published'; add it.",
        ),
        (claim(statement=""), ".statement: found '', expected text of at least 1 character; "),
        (claim(quantity=[CRF, CAM]), ".quantity: found a list, expected a block of keys; "),
        (claim(quantity={**CRF, "dataset": "shapes"}), f".quantity.dataset: {ALONE}"),
        (claim(quantity={**CAM, "metric": "f1"}), f".quantity.metric: {ALONE}"),
        (
            claim(quantity={**CAM, "protocol": "crf"}),
            ".quantity: found the keys protocol and validation, expected only one of protocol,",
        ),
        (
            claim(quantity={"split": "val", "metric": "miou"}),
            ".quantity: found none of the keys run, control, expected one of them; add one.",
        ),
        (
            claim(quantity={**COLOUR, "dataset": "the shapes"}),
            ".quantity.dataset: found 'the shapes', expected text that matches ^[A-Za-z0-9_]+$;",
        ),
        (
            claim(at_least=None, equals={"tolerance": 1}),
            ".equals: found none of the keys value, quantity, expected one of them; add one.",
        ),
        (claim(at_least="high"), ".at_least: found 'high', expected a number; correct this value."),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, entry: dict[str, object], said: str) -> None:
    path = write(tmp_path, claim(id="first"), entry)
    with pytest.raises(InputError) as refusal:
        load_claims(path)
    assert str(refusal.value).startswith(f"{path}, claims.1{said}")


@pytest.mark.parametrize("bound", [float("nan"), float("inf")])
def test_bound_is_a_finite_number(tmp_path: Path, bound: float) -> None:
    with pytest.raises(InputError, match=r"claims\.0\.at_least: found (nan|inf), "):
        load_claims(write(tmp_path, claim(at_least=bound)))


def test_ids_are_distinct(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two claims a"):
        load_claims(write(tmp_path, claim(), claim()))


def test_ids_are_distinct_in_all_files(tmp_path: Path) -> None:
    first, second = write(tmp_path, claim()), tmp_path / "second.yaml"
    document = {"registered": "later.", "claims": [claim(id="b")]}
    second.write_text(yaml.safe_dump(document))
    assert [entry.id for entry in load_claims(first, second)] == ["a", "b"]
    second.write_text(yaml.safe_dump({**document, "claims": [claim()]}))
    with pytest.raises(InputError, match=r"claims\.yaml and .*second\.yaml: found two claims a"):
        load_claims(first, second)


def test_registration_is_read(tmp_path: Path) -> None:
    first = write(tmp_path, claim())
    assert read_registration(first) == "2020-01-01, before any run"
    second = tmp_path / "second.yaml"
    second.write_text(first.read_text())
    assert read_registration(first, second) == "2020-01-01, before any run"
    second.write_text(yaml.safe_dump({"registered": "later.", "claims": [claim()]}))
    assert read_registration(second) == "later."
    assert read_registration(first, second) == (
        "claims.yaml: 2020-01-01, before any run; second.yaml: later"
    )


@pytest.mark.parametrize("registered", [{}, {"registered": ""}, {"registered": 2026}])
def test_claims_without_a_registration_are_refused(
    tmp_path: Path, registered: dict[str, object]
) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump({**registered, "claims": [claim()]}))
    with pytest.raises(InputError, match=r"registered|''"):
        load_claims(path)


def test_files_follow_from_the_quantities() -> None:
    assert Quantity(**CRF).file(2) == "more/seed2/metrics/val.crf.json"
    assert Quantity(**COLOUR).file(2) == "controls/shapes/val.colour.json"
    assert Quantity(**BOXES).file(2) == "cdtr/seed2/metrics/test.released.json"
    assert str(Quantity(**BOXES)) == "box_acc.50 of cdtr, released, on test"
    assert str(Quantity(**CRF)) == "miou of more, crf, on val"
    assert str(Quantity(**CAM)) == "miou of more, validation of cam, on val"
    assert str(Quantity(**COLOUR)) == "miou of control colour on val"


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
        claim.id
        for name in PUBLICATIONS
        for claim in load_claims(REPOSITORY / f"claims/{name}.yaml")
    }
    rows = read_rows(REFERENCE / "published_numbers.csv")
    answered = [row["id"] for row in rows if row["unit"] == "%"]
    assert set(answered) <= claimed


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
        "birds-gt-known": AtLeast(65.0),
        "birds-top1-loc": AtLeast(55.0),
        "birds-top1-cls": AtLeast(75.0),
        "birds-beyond-centre-box": AtLeast(20.0),
        "birds-loc-beyond-centre-box": AtLeast(15.0),
        "birds-beyond-colour": AtLeast(20.0),
    }
    for name in PUBLICATIONS:
        for entry in load_claims(REPOSITORY / f"claims/{name}.yaml"):
            assert isinstance(entry.bound, Published)
            assert entry.bound.tolerance == 1.0


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
