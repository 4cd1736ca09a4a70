"""Judge every claim of the experiment by its metrics files."""

from dataclasses import asdict

from methods.claim_files import load_claims
from methods.claims import Published
from methods.data.files import write_json
from methods.layout import REGISTRY
from methods.preregistration import first_start, register
from methods.registry.records import read_attempts
from methods.reporting.verdicts import judge_all
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    files, verdicts = job.input["claims"], job.output["verdicts"]
    claims, results = load_claims(*files), verdicts.parent
    document = judge_all(
        claims,
        results,
        job.params["seeds"],
        job.params["runs"],
        controls=job.input["controls"],
        validations=job.input["validations"],
        voided=job.params["voided"],
    )
    attempts, broken = read_attempts(results / REGISTRY)
    started = None if broken else first_start(attempts)  # a broken record may be the first
    if any(isinstance(claim.bound, Published) for claim in claims):  # else nothing else counts
        records = [job.input["deviation_classes"], *job.input["published"]]
        known = register([*files, *records], started)
    else:
        known = register(files, started)
    write_json(verdicts, {"registration": [asdict(file) for file in known], **document})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
