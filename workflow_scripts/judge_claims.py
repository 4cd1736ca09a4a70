"""Judge every claim of the experiment by its metrics files."""

from methods.data.files import write_json
from methods.reporting.claims import load_claims
from methods.reporting.verdicts import judge_all
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    claims = load_claims(job.input["claims"])
    results = job.output["verdicts"].parent
    write_json(job.output["verdicts"], judge_all(claims, results, job.params["seeds"]))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
