"""Judge every claim of the experiment by its metrics files."""

from methods.claims import load_claims, read_registration
from methods.data.files import write_json
from methods.reporting.verdicts import judge_all
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    claims, verdicts = job.input["claims"], job.output["verdicts"]
    runs, seeds = job.params["runs"], job.params["seeds"]
    document = judge_all(load_claims(*claims), verdicts.parent, seeds, runs)
    write_json(verdicts, {"registered": read_registration(*claims), **document})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
