"""Refine the segmentation of every image by a fully connected CRF."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.data.image_index import read_index
from methods.data.predictions import PredictionItem, read_predictions, write_label_maps
from methods.postprocess.crf import CrfSettings, refine
from methods.settings import build
from methods.workers import map_in_order
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    logits = read_predictions(job.input["logits"])
    records = read_index(job.input["index"], logits.split, job.params["classes"])
    logits.require(record.id for record in records)
    files = {record.id: Path(job.params["images"]) / record.image for record in records}
    scales, settings = job.params["scales"], build(CrfSettings, job.params["crf"])

    def labels(item: PredictionItem) -> NDArray[np.uint8]:
        return refine(files[item.id], logits.path(item), scales, settings)

    refined = map_in_order(labels, logits.items, job.threads)
    write_label_maps(
        job.output["labels_index"],
        split=logits.split,
        expected=logits.expected,
        source={
            **logits.source,
            "scales": scales,
            "flip": True,
            "fusion": "maximum of logits",
            "crf": job.params["crf"],
        },
        maps=zip(logits.items, refined, strict=True),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
