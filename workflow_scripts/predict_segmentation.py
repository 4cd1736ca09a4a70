"""Predict the segmentation logits of a split."""

import importlib
from pathlib import Path

from workflow_scripts.checkpoints import verified_checkpoint
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    settings = job.params["run"]
    method = importlib.import_module(f"methods.{settings['method']}.inference")
    method.predict_logits(
        run=settings,
        classes=job.params["classes"],
        checkpoint=verified_checkpoint(job.input["checkpoint"]),
        index=job.input["index"],
        images=Path(job.params["images"]),
        split=job.wildcards["split"],
        output=job.output["index"].parent,
        device=job.device,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
