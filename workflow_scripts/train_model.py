"""Train one run with one seed, by its resolved settings."""

import importlib
from pathlib import Path

from methods.training.checkpoints import verified_guide, verified_weights
from methods.yaml_files import read_yaml
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    resolved = read_yaml(job.input["resolved"])
    method = importlib.import_module(f"methods.{resolved['method']}.training")
    guide = {}
    if job.params["guide"] is not None:
        guide["guide"] = verified_guide(job.input["guide_card"], Path(job.params["guide"]))
    method.train(
        run=resolved,
        classes=resolved["classes"],
        index=job.input["index"],
        images=Path(job.params["images"]),
        weights=verified_weights(job.input["card"], Path(job.params["weights"])),
        output=job.output["done"].parent,
        seed=resolved["seed"],
        device=job.device,
        **guide,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
