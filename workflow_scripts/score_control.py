"""Score a control: a prediction whose worth is known beforehand."""

from pathlib import Path

from methods.data.image_index import read_index
from methods.data.samples import ManifestFiles, MaskedImages
from methods.evaluation.controls import build_control
from methods.evaluation.segmentation import count_pairs
from methods.evaluation.segmentation_files import metrics_document, write_metrics
from workflow_scripts.job import Job, run


def main(job: Job) -> None:
    classes, bootstrap = job.params["classes"], job.params["bootstrap"]
    train_split = job.params["train_split"]
    samples = _samples(job, job.wildcards["split"])
    training = _samples(job, train_split)
    control = build_control(job.wildcards["control"], samples, training, train_split)
    counts = count_pairs(
        ((mask, control.predict(image, mask)) for image, mask in samples), len(classes) + 1
    )
    document = metrics_document(
        split=job.wildcards["split"],
        name=job.wildcards["control"],
        protocol={**control.protocol, "ground_truth": job.params["ground_truth"]},
        classes=classes,
        counts=counts,
        expected=len(samples),
        bootstrap_samples=bootstrap["samples"],
        bootstrap_seed=bootstrap["seed"],
    )
    write_metrics(job.output["metrics"], job.output["counts"], document, samples.ids, counts)


def _samples(job: Job, split: str) -> MaskedImages:
    records = read_index(job.input["index"], split, job.params["classes"])
    files = ManifestFiles.read(job.input["manifest"], Path(job.params["images"]))
    return MaskedImages(records, files, len(job.params["classes"]))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
