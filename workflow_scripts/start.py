"""What is compared before the first job of a call starts."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from methods.configuration.loading import Configuration
from methods.errors import InputError
from methods.planning.machine import this_machine
from methods.planning.needs import needs
from methods.planning.preflight import check
from methods.planning.steps import steps_to_run
from methods.registry.calls import note_call
from methods.seals import require_sealed, require_whole


def planned_files(workflow: Any) -> set[Path]:
    """Absolute paths of the files that the planned jobs make."""
    jobs = workflow.dag.needrun_jobs(exclude_finished=False)
    return {Path(str(file)).absolute() for job in jobs for file in job.output}


def check_start(workflow: Any, configuration: Configuration, gpu: bool) -> None:
    """Hold the files that are there to what their jobs wrote, and the machine to what is needed.

    Raises:
        InputError: a file has been changed; or as `check_machine` says.
        SystemExit: somebody interrupts it, as while many files are read.
    """
    try:
        require_sealed(configuration.results)
        check_machine(workflow, configuration, gpu)
    except KeyboardInterrupt:
        sys.exit("Interrupted before the first job started: nothing was begun.")


def check_folders(workflow: Any, results: Path) -> None:
    """Hold the folders that are there to the files which their jobs left in them.

    Not where the call names what to make again, which may be such a folder.

    Raises:
        InputError: a folder lacks a file.
    """
    settings = workflow.dag_settings
    if not settings.forcerun and not settings.forceall:
        require_whole(results)


def note_start(workflow: Any, results: Path, logs: Sequence[str]) -> None:
    """Note the call for `make status`.

    Args:
        workflow: Snakemake's, with the jobs planned.
        results: folder of the experiment.
        logs: paths of Snakemake's own.

    Raises:
        InputError: the note cannot be written.
    """
    targets = dict.fromkeys(job.rule.name for job in workflow.dag.targetjobs)
    cores = workflow.cores if workflow.local_exec else None
    note_call(results, list(targets), len(workflow.dag), logs, planned_files(workflow), cores)


def check_machine(workflow: Any, configuration: Configuration, gpu: bool) -> None:
    """Compare what a call that trains needs with what the machine has.

    A call that only touches files (`--touch`) trains nothing.

    Raises:
        InputError: something does not fit, and the configuration does not say `preflight: warn`; or
            a cluster would silently be asked for no GPU.
    """
    if workflow.touch:
        return
    planned = planned_files(workflow)
    steps = steps_to_run(configuration, planned)
    if not workflow.local_exec and not gpu and any(step.macs for step in steps):
        _require_device(configuration)
    if any(step.learns for step in steps):
        machine = this_machine(configuration, workflow.cores, gpu)
        found = needs(configuration, planned, machine)
        # Where a cluster runs the jobs, this machine shares nothing with them but its disks.
        shared = [need for need in found if workflow.local_exec or need.what == "disk"]
        check(shared, configuration.preflight)


def require_targets(workflow: Any) -> None:
    """Refuse to call a call successful that has not made what it was asked for.

    Snakemake plans nothing behind an `ancient` file that is itself made anew, even where it is
    missing: a training, where its rehearsal was made again.

    Raises:
        InputError: a file is missing.
    """
    if workflow.dag_settings.until or workflow.dag_settings.omit_from:  # who asks for a part
        return
    for job in workflow.dag.targetjobs:
        asked = job.output or job.input  # of a rule that only names files, those
        missing = [file for file in asked if not Path(str(file)).exists()]
        if missing:
            found = "no such file, since what it waits for was made again first"
            raise InputError(str(missing[0]), found, "what was asked for", "call again")


def _require_device(configuration: Configuration) -> None:
    if configuration.device == "auto":
        found = "auto, and no GPU on this machine"
        expected = "cuda or cpu, since the jobs run on a cluster, whose machines were not asked"
        remedy = "write `device: cuda` if they have GPUs, else `device: cpu`"
        raise InputError("config.yaml, device", found, expected, remedy)
