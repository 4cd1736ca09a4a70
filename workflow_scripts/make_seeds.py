"""Label maps from stored CAMs or LAMs, with the image labels given."""

from methods.data.labels import write_label_png
from methods.data.predictions import PredictionItem, read_arrays, read_predictions, write_index
from methods.postprocess.fusion import fuse_maps, maps_key, seed_labels
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    maps = read_predictions(job.input["maps"])
    kind, scales = job.wildcards["stage"], job.params["scales"]
    threshold = job.params["background_threshold"]
    folder = job.output["index"].parent
    items: list[PredictionItem] = []
    for item in maps.items:
        keys = ["classes", *(maps_key(kind, scale) for scale in scales)]
        stored = read_arrays(maps.path(item), keys)
        size = (item.height, item.width)
        fused = fuse_maps(stored, kind, scales, job.params["image_size"], size)
        file = f"labels/{item.id}.png"
        write_label_png(folder / file, seed_labels(fused, stored["classes"], threshold))
        items.append(PredictionItem(item.id, file, item.height, item.width))
    write_index(
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
        items=items,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
