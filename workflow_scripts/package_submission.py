"""Pack the label maps of a test split for the evaluation server."""

from methods.data.image_index import read_index
from methods.data.predictions import read_predictions
from methods.submission.package import write_package
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    classes = job.params["classes"]
    labels = read_predictions(job.input["labels"])
    write_package(
        job.output["package"].parent,
        labels=labels,
        records=read_index(job.input["index"], labels.split, classes),
        protocol=job.params["protocol"],
        num_classes=len(classes),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
