"""How the scripts that use a network compute."""

from contextlib import AbstractContextManager

from methods.training.determinism import computing
from methods.training.seeding import select_device
from workflow_scripts.job import Job


def computing_of(job: Job) -> AbstractContextManager[None]:
    """Compute a block on the job's device as `deterministic` says."""
    return computing(job.deterministic, select_device(job.device))
