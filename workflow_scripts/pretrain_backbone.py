"""Pretrain a backbone on generated images."""

from methods.weights.pretraining import pretrain
from workflow_scripts.computing import computing_of
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    with computing_of(job):
        pretrain(
            weights=job.params["weights"],
            name=job.wildcards["weights"],
            output=job.output["weights"],
            card=job.output["card"],
            device=job.device,
            threads=job.threads,
        )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
