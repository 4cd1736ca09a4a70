"""Match the evaluation server's receipts with the packages of the experiment."""

from datetime import date

from methods.data.files import write_json
from methods.submission.receipts import match_receipts
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    document = match_receipts(
        job.input["packages"],
        job.input["receipts"] or None,  # an empty list where the file is not there
        job.params["classes"],
        date.today(),
        job.output["receipts"].parent,
    )
    write_json(job.output["receipts"], document)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
