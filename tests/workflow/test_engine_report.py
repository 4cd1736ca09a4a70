"""Snakemake's own report holds the page and its tables, each with a caption."""

import json
from pathlib import Path

from tests.workflow.projects import PROJECT, Project

CAPTIONS = PROJECT / "rules/captions"


def test_snakemakes_report_holds_page_and_tables(finished_chain: Project, tmp_path: Path) -> None:
    output = tmp_path / "engine.html"
    done = finished_chain.snakemake("report", "--report", str(output))
    assert done.returncode == 0, done.stdout + done.stderr
    text = output.read_text(encoding="utf-8")
    tables = {path.stem for path in (finished_chain.results / "report").glob("*.csv")}
    assert {"verdicts", "reforms", "neurips"} <= tables
    for word in ("Verdicts", "Tables", "the page", *tables):
        assert json.dumps(word) in text
    for caption in CAPTIONS.glob("*.rst"):
        assert caption.read_text(encoding="utf-8").strip() in text
    assert finished_chain.planned() == {}
