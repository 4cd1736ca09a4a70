"""Refine the segmentation of every image by a fully connected CRF."""

from pathlib import Path

from methods.data.image_index import read_index
from methods.data.labels import write_label_png
from methods.data.predictions import PredictionItem, read_predictions, write_index
from methods.postprocess.crf import CrfJob, CrfSettings, refine
from methods.settings import build
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    logits = read_predictions(job.input["logits"])
    records = read_index(job.input["index"], logits.split, job.params["classes"])
    logits.require(record.id for record in records)
    files = {record.id: Path(job.params["images"]) / record.image for record in records}
    scales = tuple(job.params["scales"])
    jobs = [CrfJob(files[item.id], logits.path(item), scales) for item in logits.items]
    refined = refine(jobs, build(CrfSettings, job.params["crf"]), job.threads)
    folder = job.output["labels_index"].parent
    items: list[PredictionItem] = []
    for item, labels in zip(logits.items, refined, strict=True):
        file = f"labels/{item.id}.png"
        write_label_png(folder / file, labels)
        items.append(PredictionItem(item.id, file, item.height, item.width))
    write_index(
        job.output["labels_index"],
        split=logits.split,
        expected=logits.expected,
        source={
            **logits.source,
            "scales": list(scales),
            "flip": True,
            "fusion": "maximum of logits",
            "crf": job.params["crf"],
        },
        items=items,
    )


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
