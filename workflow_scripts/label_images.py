"""Label maps from stored network outputs, by a protocol without a CRF."""

import numpy as np
from numpy.typing import NDArray

from methods.data.predictions import PredictionItem, read_predictions, write_label_maps
from methods.postprocess.labelling import label_image
from methods.workers import map_in_order
from workflow_scripts.job import Job, run
from workflow_scripts.prediction import protocol_of


def main(job: Job) -> None:
    predictions = read_predictions(job.input["predictions"])
    protocol, image_size = protocol_of(job), job.params["image_size"]

    def labels(item: PredictionItem) -> NDArray[np.uint8]:
        size = (item.height, item.width)
        return label_image(predictions.path(item), protocol, image_size, size)

    made = map_in_order(labels, predictions.items, job.threads)
    write_label_maps(
        job.output["index"],
        split=predictions.split,
        expected=predictions.expected,
        source={**predictions.source, **job.params["protocol"]},
        maps=zip(predictions.items, made, strict=True),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
