"""Train one run with one seed."""

import importlib
from pathlib import Path

from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    settings = job.params["run"]
    method = importlib.import_module(f"methods.{settings['method']}.training")
    method.train(
        run=settings,
        classes=job.params["classes"],
        index=job.input["index"],
        images=Path(job.params["images"]),
        weights=Path(job.params["weights"]),
        output=job.output["done"].parent,
        seed=int(job.wildcards["seed"]),
        device=job.device,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
