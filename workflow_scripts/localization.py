"""What the scripts that judge boxes have in common."""

import numpy as np
from numpy.typing import NDArray

from methods.box_protocols import BoxProtocol
from methods.data.centre_crop import CentreCrop
from methods.data.image_index import ImageRecord, read_index
from methods.evaluation.thresholds import Thresholds, read_thresholds
from methods.evaluation.truths import read_truths
from methods.settings import build
from workflow_scripts.job import Job


def view_of(job: Job) -> CentreCrop:
    """How images enter the network."""
    inference = job.params["inference"]
    return CentreCrop(inference["resize"], inference["image_size"])


def protocol_of(job: Job) -> BoxProtocol:
    """The protocol of the job; where the job is of no split, on the one that chooses for it."""
    stated = job.params["protocol"]
    split = job.wildcards.get("split", stated["threshold_source"])
    return build(BoxProtocol, {**stated, "split": split})


def truths_of(
    job: Job, protocol: BoxProtocol, split: str
) -> tuple[list[ImageRecord], NDArray[np.float64]]:
    """The images of a split, and their true boxes as the protocol takes them."""
    records = read_index(job.input["index"], split, job.params["classes"])
    truths = read_truths(
        job.input["manifest"], records, view_of(job), protocol.crop, protocol.several
    )
    return records, truths


def thresholds_of(job: Job, protocol: BoxProtocol) -> Thresholds:
    """Where the boxes of a protocol are read: as it states, or as its split chose."""
    if protocol.threshold is not None:
        return Thresholds.given(protocol.threshold)
    return read_thresholds(job.input["threshold"], job.wildcards["protocol"], protocol)
