"""The report as a SLURM cluster makes it; one training meets its time limit on the way."""

import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.workflow.cluster import Cluster, wait_until
from tests.workflow.projects import SECONDS, Project, copy_project, environment

# The cluster keeps no accounts for sacct, and what takes minutes elsewhere takes seconds here. Jobs
# and threads beyond these would only wait for this machine's cores.
QUICK = [
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3"),
    *("--latency-wait", "10", "--jobs", "4", "--cores", "2"),
]
ENDED = "cdtr"  # the run whose training meets its time limit


def finish_on_cluster(folder: Path, experiment: str) -> Project:
    """Copy the project and make the report of an experiment on a cluster of one node."""
    project = copy_project(folder, experiment)
    save_often(project)
    with tempfile.TemporaryDirectory(prefix="slurm", dir="/tmp") as place:
        cluster = Cluster(Path(place))
        try:
            cluster.start()
            make_report(cluster, project)
        finally:
            cluster.stop()
    return project


def cluster_log(project: Project) -> Path:
    """What the call that used the cluster said."""
    return project.folder.with_name("cluster.log")


def save_often(project: Project) -> None:
    """Have trainings save their states by iterations, so that one can be waited for."""
    config = project.folder / "config.yaml"
    content = yaml.safe_load(config.read_text(encoding="utf-8"))
    content["states"] = {"minutes": None, "iterations": 20, "keep": 2, "keep_every": None}
    config.write_text(yaml.safe_dump(content), encoding="utf-8")


def make_report(cluster: Cluster, project: Project) -> None:
    """Call for the report, and end one training's time as soon as it has saved a state."""
    call = [sys.executable, "-m", "snakemake", "report", "--workflow-profile", "slurm", *QUICK]
    slurms = {name: cluster.environment[name] for name in ("SLURM_CONF", "PATH")}
    log, states = cluster_log(project), project.results / ENDED / "seed0/train/states"
    with log.open("wb") as file:
        running = subprocess.Popen(
            call,
            cwd=project.folder,
            env=environment() | slurms,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        over = running.poll
        wait_until(lambda: any(states.glob("*")) or over() is not None, "a state", SECONDS)
        assert over() is None, log.read_text(encoding="utf-8")
        (job,) = cluster.running("train_model", ENDED)
        cluster.end_by_time_limit(job)
        status = running.wait(SECONDS)
    finally:
        running.kill()
    assert status == 0, log.read_text(encoding="utf-8")
