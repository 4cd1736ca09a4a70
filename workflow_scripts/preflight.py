"""Compare what the missing files of the experiment need with what the machine has."""

from pathlib import Path

from methods.configuration.loading import load_configuration
from methods.planning.machine import this_machine
from methods.planning.needs import needs
from methods.planning.preflight import check, preflight_text
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    configuration = load_configuration(Path(job.params["project"]), job.params["overrides"])
    params = job.params
    machine = this_machine(configuration, params["cores"], params["gpu"])
    found = needs(configuration, None, machine)
    check(found, configuration.preflight)
    if all(need.fits for need in found):
        print(preflight_text(found) if found else "Nothing large or long is to be made.")


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
