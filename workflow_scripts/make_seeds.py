"""Label maps from stored CAMs or LAMs, with the image labels given."""

import numpy as np
from numpy.typing import NDArray

from methods.data.predictions import (
    PredictionItem,
    read_arrays,
    read_predictions,
    write_label_maps,
)
from methods.postprocess.fusion import fuse_maps, maps_key, seed_labels
from methods.workers import map_in_order
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    maps = read_predictions(job.input["maps"])
    kind, scales = job.wildcards["stage"], job.params["scales"]
    threshold = job.params["background_threshold"]

    def labels(item: PredictionItem) -> NDArray[np.uint8]:
        keys = ["classes", *(maps_key(kind, scale) for scale in scales)]
        stored = read_arrays(maps.path(item), keys)
        size = (item.height, item.width)
        fused = fuse_maps(stored, kind, scales, job.params["image_size"], size)
        return seed_labels(fused, stored["classes"], threshold)

    made = map_in_order(labels, maps.items, job.threads)
    write_label_maps(
        job.output["index"],
        split=maps.split,
        expected=maps.expected,
        source={
            **maps.source,
            "scales": scales,
            "flip": True,
            "fusion": "maximum of plain and mirrored map, sum over scales",
            "image_labels": "given",
            "background_threshold": threshold,
            "threshold_source": job.params["threshold_source"],
        },
        maps=zip(maps.items, made, strict=True),
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
