"""Claim files: what they may say, and what is refused."""

from pathlib import Path

import pytest
import yaml

from methods.claim_files import load_claims, read_registered
from methods.claims import AtLeast, AtMost, Equals, Published, Quantity
from methods.errors import InputError

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
PUBLISHED_ALONE = {**PUBLISHED, "split": "val", "metric": "miou"}  # without a quantity
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
        claim(
            id="f",
            at_least=None,
            quantity=None,
            published={**PUBLISHED_ALONE, "unit": "GB"},
            not_evaluated="no server",
        ),
        claim(id="g", quantity=CAM, minus=CRF),
        claim(id="h", quantity=BOXES, minus=CENTRE),
        claim(id="i", at_least=None, published={**published, **others, "allows": ["crf.*"]}),
        claim(id="j", at_least=None, quantity=None, published=PUBLISHED_ALONE, void="no chain"),
        claim(id="k", quantity={**CAM, "iteration": 18000}),
    )
    a, b, c, d, e, f, g, h, i, j, k = load_claims(path)
    crf, colour = Quantity(**CRF), Quantity(**COLOUR)
    assert (a.bound, a.quantity, a.minus) == (AtLeast(-1.0), crf, colour)
    assert b.bound == AtMost(40)
    assert c.bound == Equals(100, 0)
    assert d.bound == Equals(colour, 0.5)
    assert d.quantities() == (crf, colour)
    assert e.bound == Published(**published)
    assert (e.bound.direction, e.bound.minimum_seeds) == ("two-sided", 3)
    assert i.bound == Published(**published, **others, allows=("crf.*",))
    assert (e.bound.unit, e.bound.split, e.bound.metric) == ("%", None, None)
    assert (f.not_evaluated, f.void) == ("no server", None)
    assert f.bound == Published(**PUBLISHED_ALONE, unit="GB")
    assert f.quantities() == ()
    assert (j.not_evaluated, j.void) == (None, "no chain")
    assert j.quantities() == ()
    assert k.quantities() == (Quantity(split="val", run="more", validation="cam", iteration=18000),)
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
        claim(quantity={**CAM, "iteration": 0}),
        claim(quantity={**CRF, "iteration": 18000}),
        claim(quantity={**COLOUR, "iteration": 18000}),
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
        claim(at_least=None, published={**PUBLISHED, "unit": ""}),
        claim(at_least=None, published=PUBLISHED_ALONE),  # the quantity says so
        *(
            claim(at_least=None, quantity=None, published=PUBLISHED, **{kind: "no data"})
            for kind in ("not_evaluated", "void")
        ),
        claim(at_least=None, published=PUBLISHED, void="no chain"),
        claim(
            at_least=None,
            quantity=None,
            published=PUBLISHED_ALONE,
            not_evaluated="no data",
            void="no chain",
        ),
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


@pytest.mark.parametrize("bound", [10**400, -(10**400)])
def test_bound_is_no_endless_number(tmp_path: Path, bound: int) -> None:
    with pytest.raises(InputError, match=r"claims\.0\.at_least: found a whole number of 1329 bits"):
        load_claims(write(tmp_path, claim(at_least=bound)))


def test_what_is_measured_in_percent_is_published_in_percent(tmp_path: Path) -> None:
    stated = {"value": 0.764, "tolerance": 0.01, "kind": "paper", "where": "Table 1"}
    stated |= {"dataset": "VOC", "stage": "seg", "protocol": "crf", "maybe_maximum": False}
    path = write(tmp_path, claim(at_least=None, published={**stated, "unit": "fraction"}))
    with pytest.raises(
        InputError, match=r"claims\.0\.published\.unit: found fraction, expected %,"
    ):
        load_claims(path)


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
    assert read_registered(write(tmp_path, claim())) == "2020-01-01, before any run"


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
    assert str(Quantity(**CAM, iteration=9)) == (
        "miou of more, validation of cam after iteration 9, on val"
    )
    assert str(Quantity(**COLOUR)) == "miou of control colour on val"


def test_a_claim_is_a_control_if_it_is_about_nothing_else(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        claim(id="control", quantity=COLOUR),
        claim(id="difference", quantity=COLOUR, minus=CENTRE),
        claim(id="silent", quantity=COLOUR, not_evaluated="no masks"),
        claim(id="run", quantity=CRF),
        claim(id="beyond", quantity=CRF, minus=COLOUR),
        claim(id="as", at_least=None, equals={"quantity": CRF, "tolerance": 1}, quantity=COLOUR),
        claim(id="none", at_least=None, quantity=None, published=PUBLISHED_ALONE, void="no chain"),
    )
    controls = [claim.id for claim in load_claims(path) if claim.is_control]
    assert controls == ["control", "difference", "silent"]
