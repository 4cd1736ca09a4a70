"""Train the guide's two towers on generated birds and their names."""

from methods.training.determinism import computing
from methods.training.seeding import select_device
from methods.weights.contrastive import train_clip
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    with computing(job.deterministic, select_device(job.device)):
        train_clip(
            weights=job.params["weights"],
            name=job.wildcards["weights"],
            output=job.output["weights"],
            card=job.output["card"],
            device=job.device,
            threads=job.threads,
        )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
