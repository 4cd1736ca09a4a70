"""Check an extracted data set and write its manifest and the index that training reads."""

from pathlib import Path

from methods.data.checks import check_dataset
from methods.data.files import write_json
from methods.data.manifest import write_index
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    checked = check_dataset(
        Path(job.params["images"]),
        dataset=job.wildcards["dataset"],
        classes=job.params["classes"],
        splits=job.params["splits"],
        images=job.params["expected_images"],
        threads=job.threads,
    )
    write_json(job.output["manifest"], checked.manifest)
    write_index(job.output["index"], checked.index)
    write_json(job.output["checks"], checked.checks)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
