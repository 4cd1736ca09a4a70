"""Predict the CAMs and LAMs of a split."""

from workflow_scripts.computing import computing_of
from workflow_scripts.job import Job, run
from workflow_scripts.prediction import arguments_of, method_part


def main(job: Job) -> None:
    with computing_of(job):
        method_part(job, "inference").predict_maps(**arguments_of(job))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
