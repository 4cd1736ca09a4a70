"""What the scripts that work with a trained network have in common."""

import importlib
from pathlib import Path
from typing import Any

from methods.protocols import Protocol
from methods.settings import build
from methods.training.checkpoints import verified_checkpoint
from workflow_scripts.job import Job


def method_part(job: Job, part: str) -> Any:
    """A module of the run's method."""
    return importlib.import_module(f"methods.{job.params['run']['method']}.{part}")


def arguments_of(job: Job) -> dict[str, Any]:
    """What the functions of the method's `inference` take."""
    return {
        "run": job.params["run"],
        "classes": job.params["classes"],
        "checkpoint": verified_checkpoint(job.input["checkpoint"]),
        "index": job.input["index"],
        "images": Path(job.params["images"]),
        "split": job.wildcards["split"],
        "scales": job.params["scales"],
        "output": job.output["index"].parent,
        "device": job.device,
        "threads": job.threads,
    }


def protocol_of(job: Job) -> Protocol:
    """The protocol of a label map, on the split of the job."""
    return build(Protocol, {**job.params["protocol"], "split": job.wildcards["split"]})
