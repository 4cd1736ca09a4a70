"""Score a control: a prediction whose worth is known beforehand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from methods.data.image_index import read_index
from methods.data.samples import Image, Labels, MaskedImages
from methods.evaluation.colour import fit
from methods.evaluation.controls import all_background, all_background_miou, perfect
from methods.evaluation.segmentation import count_pairs, metrics_document, write_metrics
from workflow_scripts.job import Job, run

Predict = Callable[[Image, Labels], Labels]  # from an image and its mask


def main(job: Job) -> None:
    classes, bootstrap = job.params["classes"], job.params["bootstrap"]
    samples = _samples(job, job.wildcards["split"])
    predict, protocol = _CONTROLS[job.wildcards["control"]](job, samples)
    counts = count_pairs(
        ((mask, predict(image, mask)) for image, mask in samples), len(classes) + 1
    )
    document = metrics_document(
        split=job.wildcards["split"],
        stage=job.wildcards["control"],
        protocol={**protocol, "ground_truth": job.params["ground_truth"]},
        classes=classes,
        counts=counts,
        expected=len(samples),
        bootstrap_samples=bootstrap["samples"],
        bootstrap_seed=bootstrap["seed"],
    )
    write_metrics(job.output["metrics"], job.output["counts"], document, samples.ids, counts)


def _perfect(job: Job, samples: MaskedImages) -> tuple[Predict, Mapping[str, Any]]:
    return lambda image, mask: perfect(mask), {"prediction": "the masks themselves"}


def _all_background(job: Job, samples: MaskedImages) -> tuple[Predict, Mapping[str, Any]]:
    known = all_background_miou(mask for _, mask in samples)
    protocol = {"prediction": "background everywhere", "known_miou": known}
    return lambda image, mask: all_background(mask), protocol


def _colour(job: Job, samples: MaskedImages) -> tuple[Predict, Mapping[str, Any]]:
    split = job.params["train_split"]
    classifier = fit(_samples(job, split), len(job.params["classes"]) + 1)
    protocol = {
        "prediction": "colour of a neighbourhood",
        "fitted_on": f"masks of {split}",
        "settings": asdict(classifier.settings),
        "held_out_miou": classifier.held_out_miou,
    }
    return lambda image, mask: classifier.predict(image), protocol


_CONTROLS = {"perfect": _perfect, "all_background": _all_background, "colour": _colour}


def _samples(job: Job, split: str) -> MaskedImages:
    classes: Sequence[str] = job.params["classes"]
    records = read_index(job.input["index"], split, classes)
    masks, images = Path(job.params["masks"]), Path(job.params["images"])
    return MaskedImages(records, images, masks, len(classes))


if __name__ == "__main__":
    run(main, globals().get("snakemake"))
