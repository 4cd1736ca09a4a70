"""Score the label maps of one protocol against the masks."""

from pathlib import Path

from methods.data.files import read_json
from methods.data.image_index import read_index
from methods.data.predictions import read_predictions
from methods.data.samples import ManifestFiles
from methods.evaluation.segmentation import count_pairs
from methods.evaluation.segmentation_files import metrics_document, read_pairs, write_metrics
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    classes, bootstrap = job.params["classes"], job.params["bootstrap"]
    labels = read_predictions(job.input["labels"])
    records = read_index(job.input["index"], labels.split, classes)
    labels.require(record.id for record in records)
    truths = ManifestFiles.read(job.input["manifest"], Path(job.params["images"]))
    pairs = read_pairs(labels, truths, len(classes))
    counts = count_pairs(pairs, len(classes) + 1)
    checkpoint = read_json(job.input["checkpoint"])
    document = metrics_document(
        split=labels.split,
        name=job.wildcards["protocol"],
        protocol={
            **labels.source,
            "checkpoint_rule": checkpoint["rule"],
            "checkpoint_iteration": checkpoint["iteration"],
            "ground_truth": job.params["ground_truth"],
        },
        classes=classes,
        counts=counts,
        expected=len(records),
        bootstrap_samples=bootstrap["samples"],
        bootstrap_seed=bootstrap["seed"],
    )
    ids = [item.id for item in labels.items]
    write_metrics(job.output["metrics"], job.output["counts"], document, ids, counts)


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
