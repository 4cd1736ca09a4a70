"""Take a few images of every split of a checked data set."""

import csv

from methods.data.files import read_json, write_json
from methods.data.manifest import write_index
from methods.data.sample import sample_manifest, sample_rows
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    with job.input["index"].open(newline="", encoding="utf-8") as file:
        rows = sample_rows(list(csv.DictReader(file)), job.params["images"])
    write_index(job.output["index"], rows)
    write_json(job.output["manifest"], sample_manifest(read_json(job.input["manifest"]), rows))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
