"""The mini experiment as a user runs it: trained for real, and every claim about it holds."""

import pytest

from methods.data.files import read_json
from tests.report.evidence import Evidence
from tests.workflow.conftest import Project


@pytest.mark.timeout(3600)  # five minutes on two cores; machines differ
def test_every_claim_about_mini_holds(fresh_project: Project) -> None:
    done = fresh_project.snakemake("report", "--config", "experiment=mini", "device=cpu")
    assert done.returncode == 0, done.stdout + done.stderr
    results = fresh_project.folder / "results" / "mini"
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
        "birds-beyond-colour": "holds",
    }
    page = results / "report.html"
    assert "13 of 13 claims hold" in page.read_text(encoding="utf-8")
    assert page.stat().st_size < 5_000_000
    claims = [path for path in (fresh_project.folder / "claims").rglob("*") if path.is_file()]
    evidence = Evidence(results, claims, {})
    assert evidence.explain(page.read_text(encoding="utf-8"))[1] == []
    second = fresh_project.snakemake("report", "--config", "experiment=mini", "device=cpu")
    assert "Nothing to be done" in second.stdout + second.stderr
