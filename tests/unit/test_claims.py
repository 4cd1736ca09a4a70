"""Claim files: what they may say, and that the project's own are sound."""

import csv
import os
from pathlib import Path

import pytest
import yaml

from methods.errors import InputError
from methods.reporting.claims import (
    AtLeast,
    AtMost,
    Equals,
    Published,
    Quantity,
    load_claims,
    metric_files,
    read_registration,
)

REPOSITORY = Path(__file__).parents[2]
CRF = {"run": "more", "split": "val", "stage": "crf", "metric": "miou"}
COLOUR = {"control": "colour", "dataset": "shapes", "split": "val", "metric": "miou"}


def claim(**changes: object) -> dict[str, object]:
    entry = {"id": "a", "statement": "It works.", "source": "Here.", "quantity": CRF, "at_least": 5}
    return {key: value for key, value in {**entry, **changes}.items() if value is not None}


def write(folder: Path, *entries: dict[str, object]) -> Path:
    path = folder / "claims.yaml"
    document = {"registered": "2020-01-01, before any run", "claims": list(entries)}
    path.write_text(yaml.safe_dump(document))
    return path


def test_every_form_is_read(tmp_path: Path) -> None:
    published = {"value": 76.4, "tolerance": 1.0, "where": "Table 2", "protocol": "with CRF"}
    path = write(
        tmp_path,
        claim(id="a", at_least=-1.0, minus=COLOUR),
        claim(id="b", at_least=None, at_most=40),
        claim(id="c", at_least=None, equals={"value": 100, "tolerance": 0}),
        claim(id="d", at_least=None, equals={"quantity": COLOUR, "tolerance": 0.5}),
        claim(id="e", at_least=None, published=published),
        claim(id="f", at_least=None, quantity=None, published=published, not_evaluated="no server"),
    )
    a, b, c, d, e, f = load_claims(path)
    crf, colour = Quantity(**CRF), Quantity(**COLOUR)
    assert (a.bound, a.quantity, a.minus) == (AtLeast(-1.0), crf, colour)
    assert b.bound == AtMost(40)
    assert c.bound == Equals(100, 0)
    assert d.bound == Equals(colour, 0.5)
    assert d.quantities() == (crf, colour)
    assert e.bound == Published(**published)
    assert f.not_evaluated == "no server"
    assert f.quantities() == ()


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
        claim(quantity={**CRF, "stage": "blurred"}),
        claim(quantity={**CRF, "metric": "miou."}),
        claim(at_least="high"),
        claim(at_least=None, equals={"tolerance": 1}),
        claim(at_least=None, equals={"value": 1, "quantity": COLOUR, "tolerance": 1}),
        claim(at_least=None, published={"value": 1, "tolerance": 1, "where": "Table 1"}),
        claim(at_least=None, published={"value": 1, "tolerance": 0, "where": "T", "protocol": "p"}),
    ],
)
def test_unsound_claim_is_refused(tmp_path: Path, entry: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"claims.yaml, \$.claims\[0\]"):
        load_claims(write(tmp_path, entry))


def test_ids_are_distinct(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="two claims a"):
        load_claims(write(tmp_path, claim(), claim()))


def test_registration_is_read(tmp_path: Path) -> None:
    assert read_registration(write(tmp_path, claim())) == "2020-01-01, before any run"


@pytest.mark.parametrize("registered", [{}, {"registered": ""}, {"registered": 2026}])
def test_claims_without_a_registration_are_refused(
    tmp_path: Path, registered: dict[str, object]
) -> None:
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump({**registered, "claims": [claim()]}))
    with pytest.raises(InputError, match=r"registered|''"):
        load_claims(path)


def test_files_follow_from_the_quantities(tmp_path: Path) -> None:
    claims = load_claims(write(tmp_path, claim(minus=COLOUR), claim(id="b")))
    assert metric_files(claims, [0, 2]) == [
        "controls/shapes/val.colour.json",
        "more/seed0/metrics/val.crf.json",
        "more/seed2/metrics/val.crf.json",
    ]


@pytest.mark.parametrize("name", ["mini", "paper"])
def test_claims_of_an_experiment_are_about_what_it_makes(name: str) -> None:
    experiment = yaml.safe_load((REPOSITORY / f"experiments/{name}.yaml").read_text())
    claims = load_claims(REPOSITORY / experiment["claims"])
    for quantity in (quantity for claim in claims for quantity in claim.quantities()):
        if quantity.run is None:
            dataset = quantity.dataset
            scored = {
                run["evaluation"]["segmentation_split"]
                for run in experiment["runs"].values()
                if run["dataset"] == dataset
            }
            assert quantity.split in scored
        else:
            evaluation = experiment["runs"][quantity.run]["evaluation"]
            seeds = quantity.stage in ("cam", "aux_cam", "lam")
            assert quantity.split == evaluation["seed_split" if seeds else "segmentation_split"]


def test_published_values_are_those_of_the_reference_table() -> None:
    folder = Path(os.environ.get("GOLDEN_DIR") or REPOSITORY.parent / "shared" / "golden")
    path = folder.parent / "reference" / "published_numbers.csv"
    if not path.is_file():
        pytest.skip(f"no reference table: {path} does not exist")
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    for entry in load_claims(REPOSITORY / "claims/more.yaml"):
        assert isinstance(entry.bound, Published)
        assert entry.bound.value == float(rows[entry.id]["value"])
        assert f"{entry.bound.value:.2f}".rstrip("0") in entry.statement


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
    for entry in load_claims(REPOSITORY / "claims/more.yaml"):
        assert isinstance(entry.bound, Published)
        assert entry.bound.tolerance == 1.0


def test_test_split_is_not_evaluated_locally() -> None:
    claims = {claim.id: claim for claim in load_claims(REPOSITORY / "claims/more.yaml")}
    entry = claims["more-voc-test-miou"]
    assert entry.not_evaluated == (
        "needs the evaluation server's receipt; no test mIoU can be computed locally"
    )
    assert all(q.split != "test" for claim in claims.values() for q in claim.quantities())
