"""The mini experiment as a user runs it: trained for real, and every claim about it holds."""

import pytest

from methods.data.files import read_json
from tests.report.evidence import Evidence
from tests.workflow.projects import Project


@pytest.mark.timeout(3600)  # ten minutes on two cores; machines differ
def test_every_claim_about_mini_holds(finished_mini: Project) -> None:
    results = finished_mini.results
    verdicts = read_json(results / "verdicts.json")["verdicts"]
    assert {entry["id"]: entry["status"] for entry in verdicts} == {
        "perfect-control": "holds",
        "all-background-control": "holds",
        "colour-does-not-solve-it": "holds",
        "mini-segmentation": "holds",
        "mini-beyond-colour": "holds",
        "mini-crf-does-no-harm": "holds",
        "birds-perfect-control": "holds",
        "birds-gt-known": "holds",
        "birds-top1-loc": "holds",
        "birds-top1-cls": "holds",
        "birds-beyond-centre-box": "holds",
        "birds-loc-beyond-centre-box": "holds",
        "birds-beyond-full-image": "holds",
        "birds-loc-beyond-full-image": "holds",
        "birds-beyond-colour": "holds",
    }
    page = results / "report.html"
    told = "11 of 11 claims about the pipeline hold, none is about a paper; 4 of 4 controls hold"
    assert told in page.read_text(encoding="utf-8")
    assert page.stat().st_size < 5_000_000
    claims, stated = finished_mini.folder / "claims", finished_mini.folder / "experiments/mini.yaml"
    judged = [claims / "mini.yaml", claims / "mini_birds.yaml", stated]
    evidence = Evidence(results, [*judged, *(claims / "reference").iterdir()], {})
    assert evidence.explain(page.read_text(encoding="utf-8"))[1] == []
    second = finished_mini.snakemake("report")
    assert "Nothing to be done" in second.stdout + second.stderr
