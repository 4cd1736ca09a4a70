"""The mini experiment on a SLURM cluster; it takes too long for every run of the tests."""

import os
from pathlib import Path

import pytest

from methods.data.files import read_json
from tests.slurm.calls import start_report, submitted
from tests.slurm.cluster import Cluster
from tests.workflow.conftest import Project

SECONDS = 7200


@pytest.mark.skipif(not os.environ.get("MINI_ON_SLURM"), reason="`make test-slurm` runs it")
@pytest.mark.timeout(SECONDS + 300)
def test_mini_is_made_in_slices_of_two_minutes(
    cluster: Cluster, fresh_project: Project, tmp_path: Path
) -> None:
    profile = "profiles/slurm/config.yaml"
    fresh_project.edit(profile, "runtime: 480\n    mem_mb: 32000", "runtime: 2\n    mem_mb: 32000")
    fresh_project.edit(profile, "TERM@120", "TERM@20")
    log = tmp_path / "log"
    mini = ["--config", "experiment=mini", "device=cpu"]
    call = start_report(cluster, fresh_project, log, "--retries", "30", *mini)
    try:
        status = call.wait(SECONDS)
    finally:
        call.kill()
    said = log.read_text(encoding="utf-8")
    assert status == 0, said
    results = fresh_project.folder / "results" / "mini"
    resumed = [read_json(file)["resumed"] for file in results.glob("*/seed0/train/done.json")]
    assert any(resumed)
    # An attempt may also end before its first iteration.
    assert submitted(said).count("train_model") >= len(resumed) + sum(map(len, resumed))
    verdicts = read_json(results / "verdicts.json")["verdicts"]
    assert {entry["status"] for entry in verdicts} == {"holds"}
