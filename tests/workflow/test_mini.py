"""Mini as a user runs it, on a cluster or not: trained for real, and to the same bits."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from methods.data.files import read_json, sha256
from tests.report.evidence import Evidence
from tests.unit.small_trainings import result
from tests.workflow.cluster import lacking
from tests.workflow.cluster_runs import ENDED, cluster_log
from tests.workflow.projects import SECONDS, Project, copy_finished, planned_jobs

LACKING = lacking()
# On the machine that calls.
HERE = {
    *("fetch_archives", "record_weights", "confirm_rehearsal", "select_checkpoint"),
    *("check_receipts", "judge_claims"),
}
REMADE = (
    *("cdtr", "more/seed0/crf/val.crf", "more/seed0/metrics/val.crf.json"),
    *("verdicts.json", "report.html"),  # without which nothing would ask for the others
)
COMPARED = ("train/checkpoints", "validation", "thresholds", "metrics")


@pytest.mark.timeout(2 * SECONDS)  # some twelve minutes on two cores; machines differ
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
    papers = [claims / "more.yaml", claims / "cdtr.yaml"]
    evidence = Evidence(results, [*judged, *(claims / "reference").iterdir()], {}, papers)
    assert evidence.explain(page.read_text(encoding="utf-8"))[1] == []
    second = finished_mini.snakemake("report")
    assert "Nothing to be done" in second.stdout + second.stderr


@pytest.mark.skipif(LACKING is not None, reason=str(LACKING))
@pytest.mark.timeout(2 * SECONDS)
def test_mini_is_made_on_a_cluster_through_a_time_limit(finished_mini: Project) -> None:
    said = cluster_log(finished_mini).read_text(encoding="utf-8")
    planned = Counter(planned_jobs(said))
    assert planned["train_model"] == 2
    on_nodes = Counter({rule: count for rule, count in planned.items() if rule not in HERE})
    assert submitted(said) == on_nodes + Counter(["train_model"])
    (ended,) = re.findall(r"SLURM-job '\d+' failed, SLURM status is: '(\w+)'", said)
    assert ended == "TIMEOUT"
    train = finished_mini.results / ENDED / "seed0/train"
    (resumed,) = read_json(train / "done.json")["resumed"]
    assert resumed["stopped_by"] == "SIGTERM"
    assert 0 < resumed["iteration"] < len(result(train)[1])


@pytest.mark.timeout(2 * SECONDS)
def test_one_machine_makes_the_same(finished_mini: Project, tmp_path: Path) -> None:
    """CDTR from its training on, and a CRF of MoRe; all of mini would take four times as long."""
    project = copy_finished(finished_mini, tmp_path)
    for path in (project.results / name for name in REMADE):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = project.snakemake("report")
    assert done.returncode == 0, done.stdout + done.stderr
    remade, first = (one.results / ENDED / "seed0/train" for one in (project, finished_mini))
    assert read_json(remade / "done.json")["resumed"] == []
    assert result(remade) == result(first)
    assert digests(project) == digests(finished_mini)
    both = [read_json(one.results / "verdicts.json") for one in (project, finished_mini)]
    assert both[0]["verdicts"] == both[1]["verdicts"]


def submitted(said: str) -> Counter[str]:
    """How many jobs of each rule were submitted; one that was submitted again counts once more."""
    told = r"has been submitted with SLURM jobid \d+ \(log: .*/rule_(\w+?)/"
    return Counter(re.findall(told, said))


def digests(project: Project) -> dict[str, str]:
    """SHA-256 of the checkpoints and of all scores, by path in the results."""
    found = [path for name in COMPARED for path in project.results.glob(f"*/seed0/{name}")]
    files = [path for folder in found for path in folder.iterdir()]
    own = ".snakemake_timestamp"  # of folders
    names = {path: str(path.relative_to(project.results)) for path in files if path.name != own}
    assert {name.partition("/")[0] for name in names.values()} == {"more", "cdtr"}
    return {name: sha256(path) for path, name in names.items()}
