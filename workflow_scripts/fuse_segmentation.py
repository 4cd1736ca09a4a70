"""Label maps from stored segmentation logits: single-scale, or all scales with flip."""

from methods.data.labels import write_label_png
from methods.data.predictions import PredictionItem, read_arrays, read_predictions, write_index
from methods.postprocess.fusion import fuse_logits, logits_key
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    logits = read_predictions(job.input["logits"])
    scales, flip = job.params["scales"], job.params["flip"]
    folder = job.output["index"].parent
    items: list[PredictionItem] = []
    for item in logits.items:
        stored = read_arrays(logits.path(item), [logits_key(scale) for scale in scales])
        fused = fuse_logits(stored, (item.height, item.width), scales, flip)
        file = f"labels/{item.id}.png"
        write_label_png(folder / file, fused.argmax(axis=0).astype("uint8"))
        items.append(PredictionItem(item.id, file, item.height, item.width))
    write_index(
        job.output["index"],
        split=logits.split,
        expected=logits.expected,
        source={**logits.source, "scales": scales, "flip": flip, "fusion": "maximum of logits"},
        items=items,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
