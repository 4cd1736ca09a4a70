"""The card of a claim: its source, and its files from the claim to the data."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from methods.claims import AtLeast, AtMost, Claim, Equals, Quantity
from methods.data.files import read_json, sha256, write_json
from methods.reporting.chain import run_chain
from methods.reporting.claim_cards import claim_cards
from methods.reporting.claim_order import CONTROLS
from methods.reporting.claim_panels import file_panels
from methods.reporting.claim_rows import claim_rows
from methods.reporting.verdicts import judge_all
from tests.report.conftest import render_results, rows_of
from tests.report.judgements import STANDING
from tests.report.results import SUBMITTED, Results

_CARD = r'<tr id="claim-{}">.*?<details class="card">(.*?)</details>'
_PANEL = r'<details class="files" id="{}"><summary>(.*?)</summary>(.*?)</details>'
_STEP = re.compile(
    r'<li><span>(.*?)</span> <a class="file" href="(.*?)">(.*?)</a>'
    r' <code class="digest" title="(\w{64})">(\w{12})</code></li>'
)
_CHOSEN = ["choice of the checkpoint", "checkpoint"]
_TRAINED = ["journal of the training", "resolved configuration"]
_FOUNDATION = [*_TRAINED, "weights card", "data manifest"]


def card(page: Path, claim: str) -> str:
    found = re.search(_CARD.format(re.escape(claim)), page.read_text("utf-8"), re.S)
    assert found is not None
    return unescape(found[1])


def behind(card: str) -> dict[str, str]:
    """The panels that a card leads to: title by anchor."""
    return dict(re.findall(r'<a href="#(files-.*?)">(.*?)</a>', card))


def panel(page: Path, anchor: str) -> str:
    found = re.search(_PANEL.format(re.escape(anchor)), page.read_text("utf-8"), re.S)
    assert found is not None
    return f"<summary>{found[1]}</summary>{unescape(found[2])}"


def steps(listed: str) -> list[str]:
    return [step for step, *_ in _STEP.findall(listed)]


def test_a_card_goes_from_the_claim_to_what_the_verdict_read_and_leads_to_the_rest(
    both_page: Path,
) -> None:
    told = card(both_page, "mini-beyond-colour")
    assert steps(told) == [
        *("claims, mini", "verdicts", "metrics, colour", "data manifest"),
        *("metrics, crf", "metrics, crf"),
    ]
    assert behind(told) == {f"files-chain-more-seed{seed}": f"more, seed {seed}" for seed in (0, 1)}
    boxes = card(both_page, "birds-gt-known")
    assert steps(boxes) == ["claims, mini_birds", "verdicts", *["metrics, released"] * 2]


def test_the_files_behind_a_run_stand_once_for_all_claims_about_it(both_page: Path) -> None:
    first = panel(both_page, "files-chain-more-seed0")
    assert "<summary>more, seed 0: behind 3 claims</summary>" in first
    groups = dict(zip(*[iter(re.split(r"<p>Behind (.*?):</p>", first)[1:])] * 2, strict=True))
    assert list(groups) == ["metrics, crf", "metrics, multiscale"]
    logits = "predictions, logits, square, val"
    assert steps(groups["metrics, crf"])[:3] == ["counts by image, crf", "label maps, crf", logits]
    whole = ["counts by image, multiscale", "label maps, multiscale", logits]
    assert steps(groups["metrics, multiscale"]) == [*whole, *_CHOSEN, *_FOUNDATION]
    assert '<a href="#chain-more-seed0">whole chain</a>' in first
    assert "does not rest" not in first
    boxes = panel(both_page, "files-chain-cdtr-seed1")
    assert "<summary>cdtr, seed 1: behind 1 claim</summary>" in boxes
    assert steps(boxes) == [
        *("counts by image, released", "boxes, program, test"),
        *("predictions, logits and class maps, test", *_CHOSEN, *_TRAINED),
        *("card of the guide's weights", "weights card", "data manifest"),
    ]


def test_every_step_is_a_file_with_the_digest_of_the_whole_chain(any_page: Path) -> None:
    for entry in read_json(any_page.parent / "verdicts.json")["verdicts"]:
        told = card(any_page, entry["id"])
        assert set(entry["files"]) <= {file for _, _, file, _, _ in _STEP.findall(told)}
        told += "".join(panel(any_page, anchor) for anchor in behind(told))
        listed = _STEP.findall(told)
        assert told.count("<li>") == len(listed)
        assert any(step == "data manifest" for step, *_ in listed)
        for _, href, file, digest, shown in listed:
            assert unquote(href) == file
            assert sha256(any_page.parent / file) == digest
            assert digest.startswith(shown)


def test_each_claim_shows_its_id_which_is_its_anchor_and_controls_come_last(
    any_page: Path,
) -> None:
    html, entries = any_page.read_text("utf-8"), read_json(any_page.parent / "verdicts.json")
    told = re.findall(r'<a class="id" href="#claim-(.*?)"><code>(.*?)</code></a>', html)
    assert all(anchor == shown for anchor, shown in told)
    ids = [anchor for anchor, _ in told]
    assert ids == [row["id"] for row in rows_of(any_page, "verdicts")]
    controls = {entry["id"]: entry["control"] for entry in entries["verdicts"]}
    assert sorted(ids, key=lambda name: controls[name]) == ids
    assert set(ids) == set(controls)
    heading = f'<th scope="rowgroup" colspan="5">{CONTROLS}</th>'
    assert html.count(heading) == any(controls.values())


def test_a_number_of_the_evaluation_server_rests_on_the_package(tmp_path: Path) -> None:
    results = Results(tmp_path, runs={"more": SUBMITTED})
    path = results.root / "receipts.json"
    (package,) = read_json(path)["packages"]
    write_json(path, {"packages": [{**package, "receipt": {"mean": 70.0, "per_class": {}}}]})
    results.judge("claims/more.yaml")
    page = render_results(results)
    told = card(page, "more-voc-test-miou")
    assert steps(told) == [
        *("verdicts", "receipts of the evaluation server", "package for the evaluation server"),
    ]
    assert "<dt>registered</dt><dd>in no claim file of the experiment</dd>" in told
    (anchor,) = behind(told)
    packed = panel(page, anchor).partition("<p>Behind package for the evaluation server:</p>")[2]
    links = steps(packed.partition("<p>")[0])
    assert set(links) == {"label maps, crf, test", "predictions, logits, square, test"}


def test_the_validation_of_a_stated_checkpoint_does_not_rest_on_the_chosen_one(
    results: Results, tmp_path: Path
) -> None:
    early = Quantity(split="val", run="more", validation="cam", iteration=100)
    chosen = Quantity(split="val", run="more", protocol="crf")
    runs = results.experiment["runs"]
    for quantities, of_chosen in (([early], False), ([early, chosen], True)):
        stated = [
            Claim(f"{number}", "It is good.", "Here.", AtLeast(1.0), quantity)
            for number, quantity in enumerate(quantities)
        ]
        judged = judge_all(stated, results.root, results.seeds, runs)
        write_json(tmp_path / "verdicts.json", {**STANDING, **judged})
        sources = replace(results.sources(), verdicts=tmp_path / "verdicts.json")
        made = [run_chain(run, sources) for run in sources.segmentation]
        rows = claim_rows(sources)
        panels = file_panels(rows, sources, made)
        links = claim_cards(rows, sources, made, panels)["0"].links
        names = [link.name for link in links]
        read = ["verdicts", "validation on val, iteration 100", "end of the training"]
        if of_chosen:
            assert names == read + read[1:]  # of both seeds
            assert [(bool(panel.chosen), panel.of_another) for panel in panels] == [
                (True, True)
            ] * 2
        else:
            assert panels == ()
            assert names == [*read, *_FOUNDATION, *read[1:], *_TRAINED]


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
    assert known.expected in html


def test_where_every_claim_holds_none_is_named_at_the_top(both_page: Path) -> None:
    assert {row["verdict"] for row in rows_of(both_page, "verdicts")} == {"holds"}
    html = both_page.read_text("utf-8")
    assert '<ul class="unmet">' not in html
    assert '<p class="tally">' not in html  # it would only repeat the headline
