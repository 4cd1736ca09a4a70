"""Predict the segmentation logits of a split."""

from workflow_scripts.job import Job, run
from workflow_scripts.prediction import arguments_of, inference_of


def main(job: Job) -> None:
    inference_of(job).predict_logits(**arguments_of(job))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
