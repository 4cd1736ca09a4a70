"""Fetch the archives that are not in place yet, and write down what they must be."""

from methods.data.fetching import fetch_missing
from methods.data.files import write_json
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    dataset, receipt = job.wildcards["dataset"], job.output["receipt"]
    declared, source = job.params["archives"], job.params["source"]
    fetch_missing(
        receipt.parent,
        declared,
        published=source == "published",
        purpose=f"the archives of {dataset}",
    )
    write_json(receipt, {"dataset": dataset, "source": source, "files": declared})


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
