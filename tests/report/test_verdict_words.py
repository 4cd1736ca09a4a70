"""Every status of a verdict on a published number, as the page tells it."""

import re
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from methods.claims import Claim, Published, Quantity
from methods.data.files import read_json, write_json
from methods.reporting.claim_rows import claim_rows
from methods.reporting.verdicts import judge_all
from tests.report.conftest import render_results, rows_of
from tests.report.outline import section
from tests.report.results import Results

CRF = Quantity(run="more", split="val", protocol="crf", metric="miou")
SEEDS = (0, 1, 2)
TONES = {
    "equivalent": "good",
    "above": "bad",
    "below": "bad",
    "inconclusive": "open",
    "consistent": "weak",
    "inconsistent": "bad",
    "void": "bad",
    "not evaluated": "open",
}
WHY = "train_split of run more is train, the authors' train_aug"
REGISTRATION: dict[str, Any] = {
    "registration": [
        {
            "file": "more.yaml",
            "sha256": "0123456789abcdef" * 4,
            "committed": "2026-11-24T10:00:00+00:00",
            "preregistered": True,
        },
        {"file": "b.yaml", "sha256": "f" * 64, "committed": None, "preregistered": None},
    ],
}


def claim(status: str, value: float, tolerance: float, **fields: Any) -> Claim:
    """A claim whose id is the status that it shall come to."""
    not_evaluated = fields.pop("not_evaluated", None)
    stated: dict[str, Any] = {"maybe_maximum": status == "below", "note": "A note", **fields}
    bound = Published(
        value=value,
        tolerance=tolerance,
        kind="readme",
        where="Table 2",
        dataset="VOC 2012",
        stage="decoder",
        protocol="With CRF",
        **stated,
    )
    name = status.replace(" ", "-")
    return Claim(name, f"It is {status}.", "MoRe", bound, CRF, not_evaluated=not_evaluated)


def claims(mean: float) -> list[Claim]:
    """One of each status, around the mean of the seeds."""
    return [
        claim("equivalent", mean, 60.0),
        claim("above", mean - 60, 1.0),
        claim("below", mean + 60, 1.0),
        claim("inconclusive", mean, 1e-6),
        claim("consistent", mean, 60.0, minimum_seeds=4),
        claim("inconsistent", mean + 60, 1.0, minimum_seeds=4),
        claim("void", mean, 60.0),
        claim("not evaluated", mean, 60.0, not_evaluated="no data"),
    ]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Results:
    results = Results(tmp_path_factory.mktemp("statuses"), seeds=SEEDS)
    files = [results.folder(seed=seed) / "metrics/val.crf.json" for seed in SEEDS]
    mean = fmean(read_json(file)["miou"] for file in files)
    document = judge_all(
        claims(mean),
        results.root,
        SEEDS,
        results.experiment["runs"],
        validations=sorted(results.root.glob("*/*/validation/*.json")),
        voided={"void": WHY},
    )
    write_json(results.root / "verdicts.json", {**REGISTRATION, **document})
    return results


@pytest.fixture(scope="module")
def page(judged: Results) -> Path:
    return render_results(judged)


@pytest.fixture(scope="module")
def text(page: Path) -> str:
    return section(page.read_text("utf-8"), "verdicts")


def test_each_claim_comes_to_its_status_in_its_colour(judged: Results, page: Path) -> None:
    assert {row["id"]: row["verdict"] for row in rows_of(page, "verdicts")} == {
        status.replace(" ", "-"): status for status in TONES
    }
    assert {row.status: row.tone for row in claim_rows(judged.sources())} == TONES


def test_the_headline_and_the_tally_know_every_status(page: Path) -> None:
    html = page.read_text("utf-8")
    words = "equivalent to the publication; 1 is consistent with it (too few seeds for a test)"
    assert f"<h1>1 of 8 claims are {words}</h1>" in html
    for status, tone in TONES.items():
        seeds = " (3 seeds)" if status in ("consistent", "inconsistent") else ""
        assert f'<span class="mark {tone}">1 {status}{seeds}</span>' in html


def test_what_is_open_is_repeated_among_the_limits(page: Path) -> None:
    limits = section(page.read_text("utf-8"), "limits")
    assert "It is inconclusive." in limits
    assert "Not evaluated: no data." in limits
    assert "It is below." not in limits


def test_reasons_name_the_interval_the_seeds_and_what_else_moves_the_number(text: str) -> None:
    rows = dict(re.findall(r'id="claim-([a-z-]+)">.*?</tr>(.*?)</tr>', text, re.S))
    for status in ("equivalent", "above", "below", "inconclusive"):
        assert "the 90\u00a0% interval of the difference" in rows[status]
    assert "100 seeds would not decide" in rows["inconclusive"]
    for status in ("consistent", "inconsistent"):
        assert "A verdict of equivalence takes 4 trained seeds." in rows[status]
        assert "95\u00a0% intervals over images (bootstrap):" in rows[status]
        assert "out the spread between seeds." in rows[status]
    assert "SD over 3 seeds" in rows["equivalent"]
    assert "standard error over images" in rows["equivalent"]
    assert "range over the later checkpoints, as they are validated," in rows["equivalent"]
    assert f"Void: {WHY.replace(chr(39), '&#39;')}." in rows["void"]


def test_the_source_is_named_with_its_kind_and_what_is_not_sure_of_it(text: str) -> None:
    for fact in ("source", "where", "of", "stage", "protocol", "seeds", "note"):
        assert text.count(f"<dt>{fact}</dt>") == len(TONES)
    of = "VOC 2012, val, miou in %"
    for told in ("MoRe (README)", "Table 2", of, "decoder", "With CRF", "A note"):
        assert text.count(f"<dd>{told}</dd>") == len(TONES)
    assert text.count("<dd>3 at least for a verdict of equivalence</dd>") == len(TONES) - 2
    assert text.count("<dd>It may be the best of several runs or checkpoints</dd>") == 1


def test_the_registration_of_every_claim_file_is_shown(text: str, page: Path) -> None:
    first, second = rows_of(page, "registration")
    known = REGISTRATION["registration"]
    assert [list(first.values()), list(second.values())] == [
        ["more.yaml", known[0]["sha256"], known[0]["committed"], "yes"],
        ["b.yaml", known[1]["sha256"], "not known", "not known"],
    ]
    assert 'title="0123456789abcdef0123' in text
    assert ">0123456789ab</code>" in text


@pytest.mark.parametrize(
    ("direction", "tone", "sign"),
    [
        ("two-sided", "bad", "±"),
        ("at least", "good", "\u2212"),
        ("at most", "bad", "+"),
    ],
)
def test_a_direction_shows_in_the_target_and_in_the_colour(
    judged: Results, direction: str, tone: str, sign: str
) -> None:
    path = judged.root / "verdicts.json"
    before = read_json(path)
    (entry,) = (entry for entry in before["verdicts"] if entry["id"] == "above")
    bound = {**entry["bound"], "direction": direction}
    write_json(path, {"verdicts": [{**entry, "bound": bound}]})
    try:
        (row,) = claim_rows(judged.sources())
    finally:
        write_json(path, before)
    assert row.tone == tone
    assert f" {sign} 1.00" in row.target
