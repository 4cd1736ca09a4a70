"""Label maps from stored segmentation logits: single-scale, or all scales with flip."""

import numpy as np
from numpy.typing import NDArray

from methods.data.predictions import (
    PredictionItem,
    read_arrays,
    read_predictions,
    write_label_maps,
)
from methods.postprocess.fusion import fuse_logits, logits_key
from methods.workers import map_in_order
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    logits = read_predictions(job.input["logits"])
    scales, flip = job.params["scales"], job.params["flip"]

    def labels(item: PredictionItem) -> NDArray[np.uint8]:
        stored = read_arrays(logits.path(item), [logits_key(scale) for scale in scales])
        fused = fuse_logits(stored, (item.height, item.width), scales, flip)
        return fused.argmax(axis=0).astype(np.uint8)

    made = map_in_order(labels, logits.items, job.threads)
    write_label_maps(
        job.output["index"],
        split=logits.split,
        expected=logits.expected,
        source={**logits.source, "scales": scales, "flip": flip, "fusion": "maximum of logits"},
        maps=zip(logits.items, made, strict=True),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
