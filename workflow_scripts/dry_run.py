"""What a dry run says after Snakemake's table of jobs."""

from typing import Any

from methods.configuration.loading import Configuration
from methods.planning.machine import this_machine
from methods.planning.text import plan_text
from workflow_scripts.start import planned_files


def print_needs(workflow: Any, configuration: Configuration, gpu: bool) -> None:
    """Print what must be fetched, and the disk, memory and time that the planned jobs will take.

    Snakemake calls no hook on a dry run, so the Snakefile has this called when the process ends.
    Nothing is printed where no jobs were planned: nothing is to be done, the plan failed, another
    thing than a run was asked for (`--lint`, `--summary`), or `--quiet` hides the table of jobs.
    """
    quiet = {level.name for level in workflow.output_settings.quiet or ()}
    if workflow.scheduler is None or not len(workflow.dag) or quiet & {"PROGRESS", "ALL"}:
        return
    machine = this_machine(configuration, workflow.cores, gpu)
    text = plan_text(configuration, planned_files(workflow), machine)
    if text:
        print(f"\n{text}")
