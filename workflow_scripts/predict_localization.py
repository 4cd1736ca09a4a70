"""Predict the classes and class maps of a split."""

from pathlib import Path

from methods.training.checkpoints import verified_checkpoint
from workflow_scripts.computing import computing_of
from workflow_scripts.job import Job, run
from workflow_scripts.prediction import method_part


def main(job: Job) -> None:
    with computing_of(job):
        method_part(job, "inference").predict_class_maps(
            run=job.params["run"],
            classes=job.params["classes"],
            checkpoint=verified_checkpoint(job.input["checkpoint"]),
            index=job.input["index"],
            images=Path(job.params["images"]),
            split=job.wildcards["split"],
            output=job.output["index"].parent,
            device=job.device,
            threads=job.threads,
        )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
