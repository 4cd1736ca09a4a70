"""A report made on a SLURM cluster, through a time limit that ends its training."""

import csv
import shutil
from pathlib import Path

import pytest
import yaml

from methods.data.files import read_json
from tests.slurm.calls import start_report, submitted
from tests.slurm.cluster import Cluster, wait_until
from tests.workflow.conftest import Project

HERE = Path(__file__).parent
SECONDS = 1500  # that a training may take to begin, and what follows to end; machines differ


@pytest.fixture
def small(fresh_project: Project) -> Project:
    """A project that has a short chain."""
    project = fresh_project
    shutil.copy2(HERE / "small.yaml", project.folder / "experiments/small.yaml")
    shutil.copy2(HERE / "small_claims.yaml", project.folder / "claims/small.yaml")
    config = project.folder / "config.yaml"
    changed = {"experiment": "small", "states": {"minutes": None, "iterations": 50, "keep": 2}}
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    config.write_text(yaml.safe_dump({**content, **changed}), encoding="utf-8")
    return Project(project.folder, "small")


@pytest.mark.timeout(2 * SECONDS)
def test_a_training_goes_on_after_its_time_limit(
    cluster: Cluster, small: Project, tmp_path: Path
) -> None:
    log, train = tmp_path / "log", small.results / "more/seed0/train"
    call = start_report(cluster, small, log)
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
    assert submitted(said).count("train_model") == 2
    assert {"fetch_archives", "select_checkpoint", "judge_claims"}.isdisjoint(submitted(said))

    (resumed,) = read_json(train / "done.json")["resumed"]
    assert 0 < resumed["iteration"] < 1000
    assert resumed["stopped_by"] == "SIGTERM"
    with (train / "journal.csv").open(encoding="utf-8") as file:
        assert [int(row["iteration"]) for row in csv.DictReader(file)] == list(range(1000))
    assert "1 of 1 claims hold" in (small.results / "report.html").read_text(encoding="utf-8")
