"""The numbers of a re-run of January 2026, as a reader of this project's page would have seen them.

Its report called 64.95 against 81.33 "the same order of magnitude", and gave two numbers of MoRe
that equal the paper's to the digit, of which no file was kept.
"""

import re
from math import sqrt
from pathlib import Path

import pytest

from methods.claim_files import load_claims
from methods.errors import InputError
from methods.reporting.verdicts import judge_all
from tests.report.both_results import BothResults
from tests.report.earlier_results import CLAIMS, SEEDS, earlier_results, voided
from tests.report.judged import JudgedPage, judge_and_render
from tests.report.outline import section

DASH, MINUS = "\u2013", "\u2212"
REPORTED = {"loc1": 64.95, "loc5": 87.14, "gt": 95.12, "cls1": 67.59, "cls5": 91.44}
NO_CHAIN = (
    "Void: no chain of files leads to this number; the re-run kept none, and the one training that"
    " it names had losses that were not finite."
)
WAITING = (
    "Not evaluated: package ready (more/seed0/submission/results.tar), waiting for the evaluation"
    " server&#39;s receipt."
)
NO_RECEIPT = (
    "Not evaluated: the test labels are withheld, and no receipt of the evaluation server was kept."
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> BothResults:
    return earlier_results(tmp_path_factory.mktemp("earlier"))


@pytest.fixture(scope="module")
def pages(results: BothResults) -> dict[int, JudgedPage]:
    """The page of one seed, and that of three, by how many they are."""
    return {
        len(seeds): judge_and_render(results, CLAIMS, seeds, voided())
        for seeds in (SEEDS[:1], SEEDS)
    }


def test_the_fixture_has_the_numbers_that_were_reported(pages: dict[int, JudgedPage]) -> None:
    rows = pages[1].rows
    for name, reported in REPORTED.items():
        assert round(float(rows[f"earlier-cdtr-cub-{name}"]["measured"]), 2) == reported


def test_three_runs_of_cdtr_are_below(pages: dict[int, JudgedPage]) -> None:
    shown = pages[3].claim("cdtr-cub-loc1")
    assert (shown.measured, shown.difference) == ("64.95", f"{MINUS}16.38")
    assert (shown.verdict, shown.tone) == ("below", "bad")
    # The seeds are 23 images of 5,794 apart; 2.919986 is the quantile of t with 2 degrees.
    half = 2.919986 * 100 * 23 / 5794 / sqrt(3)
    low, high = (-16.3835 - half, -16.3835 + half)
    assert (
        "64.95 (mean of 3 seeds, 64.55 to 65.34) is 16.38 below the published 81.33; the 90 %"
        f" interval of the difference, {MINUS}{-low:.2f} to {MINUS}{-high:.2f}, lies wholly below"
        " the tolerance of 1.00." in shown.told
    )
    assert pages[3].claim("cdtr-cub-loc5").verdict == "below"
    assert float(pages[3].rows["cdtr-cub-loc1"]["difference"]) == pytest.approx(-16.38, abs=0.005)


def test_one_run_of_cdtr_is_inconsistent(pages: dict[int, JudgedPage]) -> None:
    shown = pages[1].claim("cdtr-cub-loc1")
    assert (shown.measured, shown.difference) == ("64.95", f"{MINUS}16.38")
    assert (shown.verdict, shown.tone) == ("inconsistent (one seed)", "bad")
    share, n, z = 3763 / 5794, 5794, 1.959964
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    low, high = (100 * (centre - half), 100 * (centre + half))
    assert (
        "64.95 (one seed) is 16.38 below the published 81.33, outside the tolerance of 1.00. A"
        " verdict of equivalence takes 3 trained seeds. 95 % interval over images (binomial,"
        f" Wilson): {low:.2f} to {high:.2f}. It leaves out the spread between seeds." in shown.told
    )


def test_the_page_says_that_the_boxes_held_and_the_classes_did_not(
    pages: dict[int, JudgedPage],
) -> None:
    boxes = section(pages[1].html, "boxes")
    for value in ("64.95", "95.12", "67.59"):
        assert value in boxes
    # of all images: the box alone is right of (1286 + 462), the class alone of 153
    for share in (100 * 1748 / 5794, 100 * 153 / 5794):
        assert f"{share:.2f}" in boxes


def test_a_training_on_another_list_is_void_although_the_number_is_the_papers(
    pages: dict[int, JudgedPage],
) -> None:
    shown = pages[1].claim("more-voc-val-miou")
    assert (shown.measured, shown.difference) == ("76.40", DASH)
    assert (shown.verdict, shown.tone) == ("void", "bad")
    reason = "Void: train_split of run more is train, the authors&#39; train_aug."
    assert reason in shown.told
    assert pages[3].claim("more-voc-val-miou").verdict == "void"


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_number_without_a_chain_of_files_is_void(
    pages: dict[int, JudgedPage], seeds: int
) -> None:
    page = pages[seeds]
    shown = page.claim("earlier-more-voc-val")
    assert (shown.measured, shown.difference) == (DASH, DASH)
    assert (shown.verdict, shown.tone) == ("void", "bad")
    assert NO_CHAIN in shown.told
    assert "from the files behind" not in shown.told
    assert "from the files behind" in page.claim("cdtr-cub-loc1").told
    (unmet,) = re.findall(r'<ul class="unmet">(.*?)</section>', page.html, re.S)
    assert "MoRe, as the re-run reports it, reaches an mIoU of 76.4 on VOC 2012 val." in unmet


@pytest.mark.parametrize(
    ("id", "reason"), [("more-voc-test-miou", WAITING), ("earlier-more-voc-test", NO_RECEIPT)]
)
def test_the_test_set_is_not_evaluated_without_a_receipt(
    pages: dict[int, JudgedPage], id: str, reason: str
) -> None:
    shown = pages[1].claim(id)
    assert (shown.measured, shown.difference) == (DASH, DASH)
    assert (shown.verdict, shown.tone) == ("not evaluated", "open")
    assert reason in shown.told
    assert reason in section(pages[1].html, "limits")


def test_repeating_the_re_run_is_no_success_of_the_paper(pages: dict[int, JudgedPage]) -> None:
    assert (
        "<h1>0 of 17 claims are consistent with the publication (one seed); 5 of 7 claims are"
        " consistent with the report of a re-run (one seed)</h1>" in pages[1].html
    )


@pytest.mark.parametrize("missing", ["val.crf.json", "val.crf.counts.npz"])
def test_a_number_of_a_run_whose_files_are_lost_gets_no_verdict(
    results: BothResults, tmp_path: Path, missing: str
) -> None:
    folder = Path("more/seed0/metrics")
    (tmp_path / folder).mkdir(parents=True)
    for file in (results.root / folder).iterdir():
        if file.name != missing:
            (tmp_path / folder / file.name).write_bytes(file.read_bytes())
    claims = [claim for claim in load_claims(*CLAIMS) if claim.id == "more-voc-val-miou"]
    with pytest.raises(InputError, match=rf"{missing}: found no "):
        judge_all(claims, tmp_path, (0,), results.experiment["runs"])
