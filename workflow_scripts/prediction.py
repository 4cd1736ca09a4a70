"""What the scripts that predict with a trained network have in common."""

import importlib
from pathlib import Path
from typing import Any

from methods.training.checkpoints import verified_checkpoint
from workflow_scripts.job import Job


def inference_of(job: Job) -> Any:
    """The inference module of the run's method."""
    return importlib.import_module(f"methods.{job.params['run']['method']}.inference")


def arguments_of(job: Job) -> dict[str, Any]:
    """What its functions take."""
    return {
        "run": job.params["run"],
        "classes": job.params["classes"],
        "checkpoint": verified_checkpoint(job.input["checkpoint"]),
        "index": job.input["index"],
        "images": Path(job.params["images"]),
        "split": job.wildcards["split"],
        "output": job.output["index"].parent,
        "device": job.device,
    }
