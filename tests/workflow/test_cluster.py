"""Results that are made again on a SLURM cluster, through a time limit, are those made here."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from methods.data.files import read_json, sha256
from tests.unit.small_trainings import result
from tests.workflow.cluster import Cluster, lacking, wait_until
from tests.workflow.projects import Project, copy_finished, environment

LACKING = lacking()
SECONDS = 1500  # that a training may take to begin, and what follows to end; machines differ
# The cluster keeps no accounts for sacct, and what takes minutes elsewhere takes seconds here.
QUICK = [
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3"),
    *("--latency-wait", "10"),
]
HERE = {"confirm_rehearsal", "select_checkpoint", "judge_claims"}  # on the machine that calls
GONE = (
    *("cdtr", "more/seed0/crf/val.crf", "more/seed0/metrics/val.crf.json"),
    *("verdicts.json", "report.html"),  # without which nothing would ask for the others
)
COMPARED = ("train/checkpoints", "validation", "thresholds", "metrics")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A running cluster of one node, stopped at the end, also where its start fails."""
    with tempfile.TemporaryDirectory(prefix="slurm") as folder:
        started = Cluster(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def undone(finished_mini: Project, tmp_path: Path) -> Project:
    """A copy of mini without one run and a CRF of the other, with states by iterations."""
    project = copy_finished(finished_mini, tmp_path)
    for path in (project.results / name for name in GONE):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    config = project.folder / "config.yaml"
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["states"] = {"minutes": None, "iterations": 5, "keep": 2, "keep_every": None}
    config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return project


@pytest.mark.skipif(LACKING is not None, reason=str(LACKING))
@pytest.mark.timeout(3600 + 2 * SECONDS)  # mini is made first
def test_a_cluster_makes_the_same_through_a_time_limit(
    cluster: Cluster, finished_mini: Project, undone: Project, tmp_path: Path
) -> None:
    """CDTR from its training on, and a CRF of MoRe; all of mini would take twice as long."""
    planned = Counter(undone.planned())
    assert planned["train_model"] == planned["apply_crf"] == 1
    log, train = tmp_path / "log", undone.results / "cdtr/seed0/train"
    call = start_report(cluster, undone, log)
    try:
        states = (train / "states").glob
        wait_until(lambda: any(states("*")) or call.poll() is not None, "a state", SECONDS)
        assert call.poll() is None, log.read_text(encoding="utf-8")
        (first,) = cluster.running("train_model")
        cluster.end_by_time_limit(first)
        status = call.wait(SECONDS)
    finally:
        call.kill()
    said = log.read_text(encoding="utf-8")
    assert status == 0, said
    assert f"SLURM-job '{first}' failed, SLURM status is: 'TIMEOUT'" in said
    on_nodes = Counter({rule: count for rule, count in planned.items() if rule not in HERE})
    assert submitted(said) == on_nodes + Counter(["train_model"])

    (resumed,) = read_json(train / "done.json")["resumed"]
    assert resumed["stopped_by"] == "SIGTERM"
    trained, rows = result(train)
    assert 0 < resumed["iteration"] < len(rows)
    assert (trained, rows) == result(finished_mini.results / "cdtr/seed0/train")
    assert digests(undone) == digests(finished_mini)
    both = [one.results / "verdicts.json" for one in (undone, finished_mini)]
    verdicts = [read_json(path)["verdicts"] for path in both]
    assert verdicts[0] == verdicts[1]
    assert {entry["status"] for entry in verdicts[0]} == {"holds"}
    assert (undone.results / "report.html").is_file()


def start_report(cluster: Cluster, project: Project, log: Path) -> subprocess.Popen[bytes]:
    """Start a call that makes the report on the cluster."""
    call = [sys.executable, "-m", "snakemake", "report", "--workflow-profile", "slurm", *QUICK]
    slurms = {name: cluster.environment[name] for name in ("SLURM_CONF", "PATH")}
    with log.open("wb") as file:
        return subprocess.Popen(
            call,
            cwd=project.folder,
            env=environment() | slurms,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


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
