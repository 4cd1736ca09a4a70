"""A page whose verdicts the scripts of the rules gave, on claim files as they stand."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from methods.reporting.deviation_classes import CLASSES_FILE
from tests.report.both_results import BothResults
from tests.report.results import RECORDS, REPOSITORY, Results
from workflow_scripts import judge_claims, render_report
from workflow_scripts.job import Job


@dataclass(frozen=True)
class Shown:
    """What the page shows of one claim.

    Attributes:
        measured: the cell of the value, and
        difference: of its distance from the published one.
        verdict: the word, and
        tone: its class, which colours it.
        told: the row below: reason, source and files, HTML.
    """

    measured: str
    difference: str
    verdict: str
    tone: str
    told: str


@dataclass(frozen=True)
class JudgedPage:
    """A page and the table of verdicts beside it.

    Attributes:
        verdicts: verdicts.json.
        html: of the page, whose spaces that never break are plain ones here.
        rows: of the table, by the ids of the claims.
    """

    verdicts: Path
    html: str
    rows: Mapping[str, Mapping[str, str]]

    def claim(self, id: str) -> Shown:
        """The two rows of a claim."""
        found = re.search(
            rf'<tr id="claim-{id}">.*?data-label="Measured">(.*?)</td>.*?'
            r'data-label="Difference">(.*?)</td>.*?<span class="mark (\w+)">(.*?)</span>.*?'
            r'<tr class="reason">(.*?)</tr>',
            self.html,
            re.S,
        )
        assert found is not None
        measured, difference, tone, verdict, told = found.groups()
        return Shown(measured, difference, verdict, tone, told)


def judge_and_render(
    results: Results | BothResults,
    claims: Sequence[Path],
    seeds: Sequence[int],
    voided: Mapping[str, str],
) -> JudgedPage:
    """Judge claim files and render the page, by the rules' own scripts.

    Args:
        results: a results folder; its verdicts and its page are written anew.
        claims: the files.
        seeds: of the trainings that count.
        voided: why claims are void by a deviation, by their ids.
    """
    root = results.root
    of_both = results.segmentation if isinstance(results, BothResults) else results
    params = {
        "seeds": list(seeds),
        "runs": results.experiment["runs"],
        "voided": dict(voided),
        "experiment": results.experiment,
        "data": str(of_both.data_root),
        "benchmarks": str(of_both.benchmarks),
        "project": str(REPOSITORY),
    }
    given = {
        "claims": list(claims),
        "controls": sorted(root.glob("controls/*/*.json")),
        "validations": sorted(root.glob("*/seed*/validation/*.json")),
        "published": RECORDS,
        "deviation_classes": CLASSES_FILE,
        "verdicts": root / "verdicts.json",
    }
    judge_claims.main(_job("judge_claims", given, {"verdicts": given["verdicts"]}, params))
    output = {"page": root / "report.html", "tables": root / "report"}
    render_report.main(_job("render_report", given, output, params))
    with (output["tables"] / "verdicts.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    html = output["page"].read_text("utf-8").replace("\u00a0", " ")
    return JudgedPage(given["verdicts"], html, rows)


def _job(
    rule: str,
    given: Mapping[str, object],
    output: Mapping[str, object],
    params: Mapping[str, object],
) -> Job:
    return Job(
        rule=rule,
        input=given,
        output=output,
        params=params,
        wildcards={},
        threads=1,
        device="auto",
        local_files={},
        states={},
        log=Path("unused.log"),
    )
