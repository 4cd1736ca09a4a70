"""What is compared before the first job of a call starts."""

from pathlib import Path
from typing import Any

from methods.configuration.loading import Configuration
from methods.planning.needs import needs
from methods.planning.preflight import check
from methods.planning.steps import steps_to_run
from methods.planning.times import Machine


def planned_files(workflow: Any) -> set[Path]:
    """Absolute paths of the files that the planned jobs make."""
    jobs = workflow.dag.needrun_jobs(exclude_finished=False)
    return {Path(str(file)).absolute() for job in jobs for file in job.output}


def check_machine(workflow: Any, configuration: Configuration, gpu: bool) -> None:
    """Compare what a call that trains needs with what the machine has.

    A call that only touches files (`--touch`) trains nothing.

    Raises:
        InputError: something does not fit, and the configuration does not say `preflight: warn`.
    """
    planned = planned_files(workflow)
    if not workflow.touch and any(step.learns for step in steps_to_run(configuration, planned)):
        found = needs(configuration, planned, Machine(gpu, workflow.cores))
        # Where a cluster runs the jobs, this machine shares nothing with them but its disks.
        shared = [need for need in found if workflow.local_exec or need.what == "disk"]
        check(shared, configuration.preflight)
