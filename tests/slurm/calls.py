"""Calls of Snakemake that send their jobs to a cluster."""

import re
import subprocess
import sys
from pathlib import Path

from tests.slurm.cluster import Cluster
from tests.workflow.conftest import Project

# The cluster keeps no accounts for sacct, and what takes minutes elsewhere takes seconds here.
QUICK = [
    *("--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "3"),
    *("--latency-wait", "10"),
]


def start_report(
    cluster: Cluster, project: Project, log: Path, *arguments: str
) -> subprocess.Popen[bytes]:
    """Start a call that makes the report on the cluster."""
    words = [sys.executable, "-m", "snakemake", "report", "--workflow-profile", "slurm", *QUICK]
    own = ("PYTHONPATH", "MAKELEVEL")  # a user's call has neither
    environment = {key: text for key, text in cluster.environment.items() if key not in own}
    with log.open("wb") as file:
        return subprocess.Popen(
            [*words, *arguments],
            cwd=project.folder,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def submitted(said: str) -> list[str]:
    """The rule of each job that was submitted, a job that was submitted again once more."""
    return re.findall(r"has been submitted with SLURM jobid \d+ \(log: .*/rule_(\w+?)/", said)
