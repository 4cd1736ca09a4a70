"""Compare archives with the sizes and digests of their receipt."""

from methods.data.archives import verify_archives
from methods.data.files import read_json, write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    receipt = read_json(job.input["receipt"])
    files = verify_archives(job.input["receipt"].parent, receipt["files"])
    write_json(job.output["verified"], {"dataset": receipt["dataset"], "files": files})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
