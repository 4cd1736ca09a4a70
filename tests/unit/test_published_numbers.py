"""What the papers publish, for the pages of experiments that evaluate none of it."""

from pathlib import Path

import pytest

from methods.claim_files import load_claims
from methods.claims import PERCENT, Published
from methods.reporting.published_numbers import (
    PublishedSources,
    published_papers,
    published_sources,
)

REPOSITORY = Path(__file__).parents[2]
CLAIMS = REPOSITORY / "claims"


def known(*names: str) -> PublishedSources | None:
    return published_sources(REPOSITORY, [CLAIMS / name for name in names])


@pytest.mark.parametrize("name", ["more.yaml", "cdtr.yaml", "coco.yaml", "best.yaml"])
def test_an_experiment_with_claims_about_papers_has_their_numbers(name: str) -> None:
    assert known("mini.yaml", name) is None


def test_bounds_and_somebody_s_report_are_no_claims_about_papers() -> None:
    sources = known("mini.yaml", "mini_birds.yaml", "earlier_run.yaml")
    assert sources is not None
    assert [path.name for path in sources.files] == ["more.yaml", "cdtr.yaml", "CITATION.cff"]


def test_every_published_share_is_told_of_its_paper_and_no_other_number() -> None:
    sources = known("mini.yaml")
    assert sources is not None
    more, cdtr = published_papers(sources)
    assert (more.paper.name, cdtr.paper.name) == ("MoRe", "CDTR")
    assert more.paper.url == "https://arxiv.org/abs/2412.11076"
    assert more.numbers[0] == "mIoU 76.40 %: VOC 2012 val, decoder, multi-scale, flip, CRF"
    assert cdtr.numbers[0] == "Top-1 Loc 81.33 %: CUB-200-2011 test, boxes at the stated threshold"
    assert (more.sources, cdtr.sources) == (("AAAI 2025",), ("README of the released program",))
    bounds = [claim.bound for claim in load_claims(CLAIMS / "more.yaml", CLAIMS / "cdtr.yaml")]
    shares = [
        f"{bound.value:.2f} %"
        for bound in bounds
        if isinstance(bound, Published) and bound.kind in ("paper", "readme")
        if bound.unit == PERCENT
    ]
    told = [*more.numbers, *cdtr.numbers]
    assert len(told) == len(shares) == 10
    assert all(share in number for share, number in zip(shares, told, strict=True))
