"""Judge every claim of the experiment by its metrics files."""

from dataclasses import asdict

from methods.claims import load_claims, read_registration
from methods.data.files import write_json
from methods.registration import first_start, register
from methods.registry.records import read_attempts
from methods.reporting.verdicts import judge_all
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    claims, verdicts = job.input["claims"], job.output["verdicts"]
    results = verdicts.parent
    document = judge_all(
        load_claims(*claims),
        results,
        job.params["seeds"],
        job.params["runs"],
        validations=job.input["validations"],
        voided=job.params["voided"],
    )
    attempts, broken = read_attempts(results / "registry")
    started = None if broken else first_start(attempts)  # a broken record may be the first
    known = [asdict(file) for file in register(claims, started)]
    registered = {"registered": read_registration(*claims), "registration": known}
    write_json(verdicts, {**registered, **document})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
