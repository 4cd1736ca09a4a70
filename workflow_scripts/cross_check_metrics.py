"""Score the same label maps with mmsegmentation and compare."""

from pathlib import Path

from methods.data.files import write_json
from methods.data.predictions import read_predictions
from methods.data.samples import ManifestFiles
from methods.evaluation.cross_check import compare, cross_check_document, mmseg_miou
from methods.evaluation.segmentation import BACKGROUND
from methods.evaluation.segmentation_files import read_metrics, read_pairs
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    classes = job.params["classes"]
    truths = ManifestFiles.read(job.input["manifest"], Path(job.params["images"]))
    compared = {}
    for labels, metrics in zip(job.input["labels"], job.input["metrics"], strict=True):
        ours = read_metrics(metrics)
        pairs = read_pairs(read_predictions(labels), truths, len(classes))
        theirs = mmseg_miou(pairs, (BACKGROUND, *classes))
        name = f"{ours['split']}.{ours['name']}"
        compared[name] = compare(name, ours["miou"], theirs)
    write_json(job.output["cross_check"], cross_check_document(compared))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
