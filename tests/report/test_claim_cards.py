"""The card of a claim: its source, its registration, and its files from the claim to the data."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import yaml

from methods.claims import AtLeast, AtMost, Claim, Equals, Quantity
from methods.data.files import read_json, sha256, write_json
from methods.reporting.chain import run_chain
from methods.reporting.claim_cards import claim_cards
from methods.reporting.claim_facts import standing_facts
from methods.reporting.claim_rows import claim_rows
from methods.reporting.verdicts import judge_all
from tests.report.conftest import render_results, rows_of
from tests.report.judgements import STANDING
from tests.report.results import REPOSITORY, SUBMITTED, Results

_CARD = r'<tr id="claim-{}">.*?<details class="card">(.*?)</details>'
_STEP = re.compile(
    r'<li><span>(.*?)</span> <a class="file" href="(.*?)">(.*?)</a>'
    r' <code class="digest" title="(\w{64})">(\w{12})</code></li>'
)
_MORE = [
    *("claims, mini", "verdicts", "metrics, crf", "counts by image, crf", "label maps, crf"),
    *("predictions, logits, square, val", "choice of the checkpoint", "checkpoint"),
    *("journal of the training", "resolved configuration", "data manifest"),
]
_BOXES = [
    *("claims, mini_birds", "verdicts", "metrics, released", "counts by image, released"),
    "boxes, program, test",
    *("predictions, logits and class maps, test", "choice of the checkpoint", "checkpoint"),
    *("journal of the training", "resolved configuration", "data manifest"),
]


def card(page: Path, claim: str) -> str:
    found = re.search(_CARD.format(re.escape(claim)), page.read_text("utf-8"), re.S)
    assert found is not None
    return unescape(found[1])


def steps(chain: str) -> list[str]:
    return [step for step, *_ in _STEP.findall(chain)]


def chains(card: str) -> dict[str, str]:
    """The HTML of each chain of a card, by the run or the controls that it is of."""
    parts = re.split(r'<p>Files behind <a href="#chain-[^"]+">(.*?)</a>', card)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_chain_of_a_claim_stands_in_its_card_from_the_claim_to_the_data(
    both_page: Path,
) -> None:
    found = chains(card(both_page, "mini-beyond-colour"))
    assert {title: steps(chain) for title, chain in found.items()} == {
        "controls of shapes": ["claims, mini", "verdicts", "metrics, colour", "data manifest"],
        "more, seed 0": _MORE,
        "more, seed 1": _MORE,
    }
    boxes = chains(card(both_page, "birds-gt-known"))
    assert steps(boxes["cdtr, seed 1"]) == _BOXES


def test_every_step_is_a_file_with_the_digest_of_the_whole_chain(any_page: Path) -> None:
    for entry in read_json(any_page.parent / "verdicts.json")["verdicts"]:
        told = card(any_page, entry["id"])
        listed = _STEP.findall(told)
        assert told.count("<li>") == len(listed)
        assert set(entry["files"]) <= {file for _, _, file, _, _ in listed}
        for _, href, file, digest, shown in listed:
            assert unquote(href) == file
            assert sha256(any_page.parent / file) == digest
            assert digest.startswith(shown)


def test_a_number_of_the_evaluation_server_rests_on_the_package(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": SUBMITTED})
    path = results.root / "receipts.json"
    (package,) = read_json(path)["packages"]
    write_json(path, {"packages": [{**package, "receipt": {"mean": 70.0, "per_class": {}}}]})
    results.judge("claims/more.yaml")
    (chain,) = chains(card(render_results(results), "more-voc-test-miou")).values()
    links = steps(chain)
    assert links[:3] == [
        *("verdicts", "receipts of the evaluation server", "package for the evaluation server"),
    ]
    assert {"label maps, crf, test", "predictions, logits, square, test"} <= set(links)


def test_the_validation_of_a_stated_checkpoint_does_not_rest_on_the_chosen_one(
    results: Results, tmp_path: Path
) -> None:
    early = Quantity(split="val", run="more", validation="cam", iteration=100)
    stated = Claim("early", "It is good early.", "Here.", AtLeast(1.0), early)
    runs = results.experiment["runs"]
    judged = judge_all([stated], results.root, results.seeds, runs)
    write_json(tmp_path / "verdicts.json", {**STANDING, **judged})
    sources = replace(results.sources(), verdicts=tmp_path / "verdicts.json")
    made = [run_chain(run, sources) for run in sources.segmentation]
    (first, *_) = claim_cards(claim_rows(sources), sources, made)["early"].chains
    assert [link.name for link in first.links] == [
        *("verdicts", "validation on val, iteration 100", "end of the training"),
        *("journal of the training", "resolved configuration", "data manifest"),
    ]


def test_a_card_says_since_when_the_claim_stands(results: Results, tmp_path: Path) -> None:
    sources = replace(results.sources(), verdicts=tmp_path / "verdicts.json")
    file = REPOSITORY / "claims/mini.yaml"
    known = {"file": "mini.yaml", "sha256": "0" * 64}
    told = {
        (None, None): ("not known", "not known"),
        ("2026-11-24T10:00:00+00:00", True): ("2026-11-24T10:00:00+00:00", "yes"),
        ("2026-11-25T10:00:00+00:00", False): ("2026-11-25T10:00:00+00:00", "no"),
    }
    for (committed, before), (first, answer) in told.items():
        entries = [{**known, "committed": committed, "preregistered": before}]
        write_json(sources.verdicts, {"registration": [{**entries[0], "file": "a"}, *entries]})
        assert dict(standing_facts(file, sources)) == {
            "registered": yaml.safe_load(file.read_text("utf-8"))["registered"],
            "first commit": first,
            "before the first training": answer,
        }


def test_a_claim_of_no_claim_file_is_called_so(results: Results) -> None:
    assert list(standing_facts(None, results.sources())) == [
        ("registered", "in no claim file of the experiment")
    ]


def test_the_source_of_a_claim_is_the_same_in_the_card_and_in_the_table(page: Path) -> None:
    for row in rows_of(page, "verdicts"):
        facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", card(page, row["id"])))
        assert f"{facts['source']}." == row["source"]


def test_a_bound_that_the_value_keeps_and_not_its_interval_is_named(tmp_path: Path) -> None:
    results = Results(tmp_path, seeds=(0, 1))
    metrics = [read_json(results.folder(seed=s) / "metrics/val.crf.json") for s in results.seeds]
    low = min(document["miou"] for document in metrics) - 0.01
    crf, raw, colour = (
        Quantity(split="val", run="more", protocol="crf"),
        Quantity(split="val", run="more", protocol="raw"),
        Quantity(split="val", control="colour", dataset="shapes"),
    )
    stated = [
        Claim("near", "It is near.", "Here.", AtLeast(low), crf),
        Claim("far", "It is far.", "Here.", AtLeast(0.0), crf),
        Claim("gain", "It gains.", "Here.", AtLeast(-100.0), crf, minus=raw),
        Claim("colour", "Colour.", "Here.", AtMost(100.0), colour),
        Claim("known", "It is known.", "Of the masks.", Equals(colour, 0.0), colour),
    ]
    judged = judge_all(stated, results.root, results.seeds, results.experiment["runs"])
    write_json(results.root / "verdicts.json", {**STANDING, **judged})
    near, far, gain, control, known = claim_rows(results.sources())
    assert [row.is_uncertain for row in (near, far, gain, control, known)] == [True] + [False] * 4
    ends = ", ".join("{:.2f} to {:.2f}".format(*document["interval_95"]) for document in metrics)
    start = f"95 % intervals over images (bootstrap): {ends}"
    assert far.judged.endswith(f" {start}, none of which crosses the bound.")
    assert f" {start}. Th" in near.judged
    assert near.judged.endswith("below the bound.")
    assert control.judged.endswith(" wholly below the bound.")
    assert gain.interval is None
    assert known.interval is None
    assert (known.expected, control.expected) == ("Source of the expected value: Of the masks.", "")
    page = render_results(results)
    html = page.read_text("utf-8").replace("\u00a0", " ")
    assert "<h1>3 of 3 claims about the pipeline hold, none is about a paper; 2 of 2" in html
    assert [row["reason"] for row in rows_of(page, "verdicts")[:2]] == [near.judged, far.judged]
    (named,) = re.findall(r'<ul class="unmet uncertain">(.*?)</ul>', html, re.S)
    assert re.findall(r'href="#claim-(.*?)"', named) == ["near"]
    assert str(near.interval) in named
    assert near.interval is not None
    assert f"<strong>{near.interval.crossing}</strong>" in html
    assert html.count("below the bound.</strong>") == 1
    assert ">It is known. <small>control</small></th>" in html
    assert known.expected in html


def test_where_every_claim_holds_none_is_named_at_the_top(both_page: Path) -> None:
    assert {row["verdict"] for row in rows_of(both_page, "verdicts")} == {"holds"}
    html = both_page.read_text("utf-8")
    assert '<ul class="unmet">' not in html
    assert '<p class="tally">' not in html  # it would only repeat the headline
