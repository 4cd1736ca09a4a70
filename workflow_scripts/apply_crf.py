"""Label maps from stored network outputs, by a protocol with a fully connected CRF."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from methods.data.image_index import read_index
from methods.data.predictions import PredictionItem, read_predictions, write_label_maps
from methods.postprocess.crf import CrfSettings, refine
from methods.settings import build
from methods.workers import map_in_order
from workflow_scripts.job import Job, run
from workflow_scripts.prediction import protocol_of


def main(job: Job) -> None:
    predictions = read_predictions(job.input["predictions"])
    records = read_index(job.input["index"], predictions.split, job.params["classes"])
    predictions.require(record.id for record in records)
    files = {record.id: Path(job.params["images"]) / record.image for record in records}
    protocol, image_size = protocol_of(job), job.params["image_size"]
    settings = build(CrfSettings, job.params["crf"])

    def labels(item: PredictionItem) -> NDArray[np.uint8]:
        return refine(files[item.id], predictions.path(item), protocol, image_size, settings)

    refined = map_in_order(labels, predictions.items, job.threads)
    write_label_maps(
        job.output["index"],
        split=predictions.split,
        expected=predictions.expected,
        source={**predictions.source, **job.params["protocol"], "crf": job.params["crf"]},
        maps=zip(predictions.items, refined, strict=True),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
